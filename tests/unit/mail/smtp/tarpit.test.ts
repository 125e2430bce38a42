import { describe, expect, it } from 'vitest';
import { ConnectionLost } from '#mail/smtp/receive-octets.ts';
import { createTarpit, waitOnTimer } from '#mail/smtp/tarpit.ts';
import { createHeldWaits } from '#support/held-waits.ts';

const longMs = 3_600_000;

describe('createTarpit', () => {
  it('holds each client for its own time (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const tarpit = createTarpit(wait);
    const order: string[] = [];
    const first = tarpit.hold('a', 8_000).then(() => order.push('a'));
    const second = tarpit.hold('b', 250).then(() => order.push('b'));
    expect(waits.map(({ ms }) => ms)).toEqual([8_000, 250]);
    waits[1]?.pass();
    await second;
    waits[0]?.pass();
    await first;
    expect(order).toEqual(['b', 'a']);
  });

  it('ends at once when its connection does, and holds the others on (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const tarpit = createTarpit(wait);
    const gone = tarpit.hold('a', longMs);
    const held = tarpit.hold('b', longMs);
    tarpit.leave('a');
    await expect(gone).rejects.toBeInstanceOf(ConnectionLost);
    expect(waits.map(({ ended }) => ended)).toEqual([true, false]);
    waits[1]?.pass();
    await held;
  });

  it('ends at once on a real timer when the door closes, and holds nobody afterwards (S16)', async () => {
    const tarpit = createTarpit(waitOnTimer);
    const held = tarpit.hold('a', longMs);
    tarpit.close();
    await expect(held).rejects.toMatchObject({ responseCode: 421 });
    await expect(tarpit.hold('b', longMs)).rejects.toMatchObject({ responseCode: 421 });
  });

  it('passes on a fault of the clock', async () => {
    const fault = new Error('no timer');
    await expect(createTarpit(() => Promise.reject(fault)).hold('a', 1)).rejects.toBe(fault);
  });
});
