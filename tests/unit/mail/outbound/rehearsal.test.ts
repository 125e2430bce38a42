import { describe, expect, it } from 'vitest';
import { createRehearsalTransport } from '#mail/outbound/rehearsal.ts';

async function send(...addresses: readonly string[]) {
  let waits = 0;
  const transport = createRehearsalTransport({
    reserved: 'rehearsal.example',
    wait: async () => void (waits += 1),
  });
  const outcomes = await transport.send({
    bytes: Buffer.from('From: <a@so-yte.binhthuan.example>\r\n\r\nx\r\n'),
    domain: 'rehearsal.example',
    sender: 'a@so-yte.binhthuan.example',
    recipients: addresses.map((address) => ({ address })),
    requireTls: false,
    smtpUtf8: false,
  });
  return { outcomes, waits };
}

describe('createRehearsalTransport', () => {
  it('F15 fails in the way that the address of the reserved domain names', async () => {
    const { outcomes, waits } = await send(
      'tempfail@rehearsal.example',
      'Reject@Rehearsal.example',
      'timeout@rehearsal.example',
      'lan@rehearsal.example',
    );
    expect(outcomes).toMatchObject([
      { kind: 'deferred', status: '4.3.0' },
      { kind: 'failed', status: '5.7.1' },
      { kind: 'deferred', status: '4.4.2' },
      { kind: 'delivered' },
    ]);
    expect(waits).toBe(1);
  });

  it('keeps what is for other domains and says that nothing has left', async () => {
    const { outcomes } = await send('reject@bo.example');
    expect(outcomes).toEqual([
      {
        kind: 'delivered',
        status: '2.0.0',
        reply: 'kept in the rehearsal outbox, nothing left this machine',
        host: 'rehearsal',
        tls: false,
        dsn: false,
      },
    ]);
  });
});
