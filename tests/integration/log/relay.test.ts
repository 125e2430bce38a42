import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRelay, type Relay } from '#queue/relay.ts';
import { connectLogStamper } from '#store/log/log-stamper.ts';
import { eventually } from '#support/eventually.ts';
import { cut, logFaults, write } from '#support/log-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let db: TestDatabase;
const relays: Relay[] = [];

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 20 });
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.database.rows(`truncate outbox, log_audience restart identity`);
  await db.database.rows(`update log_head set position = 0`);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
});

function relay(
  options: { pollMs?: number; onStamped?: (head: number) => void; onElected?: () => void } = {},
): Relay {
  const started = startRelay({
    pollMs: options.pollMs ?? 10,
    batchRows: 10,
    electEveryMs: 50,
    connect: (onLost) => connectLogStamper(db.url, onLost),
    onElected: options.onElected ?? (() => undefined),
    onStamped: options.onStamped ?? (() => undefined),
    onFault: () => undefined,
  });
  relays.push(started);
  return started;
}

const elected = (): number => relays.filter((one) => one.isElected()).length;

async function head(): Promise<number> {
  const [row] = await db.database.rows<{ position: number }>(`select position from log_head`);
  return row?.position ?? 0;
}

describe('startRelay', () => {
  it('stamps what was written before it started, in as many batches as it takes', async () => {
    for (let n = 0; n < 35; n += 1) await write(db.database, String(n));
    const heads: number[] = [];
    relay({ onStamped: (at) => heads.push(at) });
    await eventually(() => expect(heads).toEqual([10, 20, 30, 35]));
  });

  it('stamps at once when woken, without waiting for its poll', async () => {
    const heads: number[] = [];
    const one = relay({ pollMs: 3_600_000, onStamped: (at) => heads.push(at) });
    await eventually(() => expect(one.isElected()).toBe(true));
    await write(db.database, 'a');
    one.wake();
    await eventually(() => expect(heads).toEqual([1]));
  });

  it('tells once when it is elected', async () => {
    let told = 0;
    const one = relay({ onElected: () => (told += 1) });
    await eventually(() => expect(one.isElected()).toBe(true));
    await write(db.database, 'a');
    await eventually(async () => expect(await head()).toBe(1));
    expect(told).toBe(1);
  });

  it('hands over when its connection is cut, again and again, under load', async () => {
    relay();
    relay();
    await eventually(() => expect(elected()).toBe(1));
    let writing = true;
    let written = 0;
    const writers = Promise.all(
      [0, 1, 2].map(async () => {
        while (writing) {
          await write(db.database, 'x', 'y');
          written += 2;
        }
      }),
    );
    for (let round = 0; round < 10; round += 1) {
      const before = await head();
      await cut(db.url, 'hub relay');
      await eventually(async () => expect(await head()).toBeGreaterThan(before + 10), { withinMs: 5000 });
    }
    writing = false;
    await writers;
    await eventually(async () => expect(await head()).toBe(written));
    await eventually(() => expect(elected()).toBe(1));
    expect(await logFaults(db.database)).toEqual([]);
  });

  it('is taken over from when it closes', async () => {
    const first = relay();
    await eventually(() => expect(first.isElected()).toBe(true));
    const second = relay();
    await first.close();
    relays.shift();
    await eventually(() => expect(second.isElected()).toBe(true));
    await write(db.database, 'a');
    await eventually(async () => expect(await head()).toBe(1));
  });
});
