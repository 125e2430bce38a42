import { setTimeout as pause } from 'node:timers/promises';
import type { OutboundTransport } from '#app/ports/outbound.ts';
import { domainOf } from '#domain/mail/envelope.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';

const host = 'rehearsal';
const defaultWaitMs = 5_000;
const kept = 'kept in the rehearsal outbox, nothing left this machine';

/**
 * A way out that leads nowhere, for trying the hub without the internet. At the reserved domain each failure can be had
 * by name: `tempfail@`, `reject@`, `timeout@`.
 */
export function createRehearsalTransport(options: {
  readonly reserved: string;
  /** How long `timeout@` keeps a worker waiting. */
  readonly wait?: () => Promise<void>;
}): OutboundTransport {
  const wait = options.wait ?? (() => pause(defaultWaitMs));

  async function outcomeFor(address: string): Promise<AttemptOutcome> {
    const isReserved = domainOf(address) === options.reserved;
    const local = address.slice(0, address.lastIndexOf('@')).toLowerCase();
    if (isReserved && local === 'tempfail') {
      return {
        kind: 'deferred',
        status: '4.3.0',
        reply: '450 4.3.0 Rehearsal: try again later',
        host,
        tls: false,
      };
    }
    if (isReserved && local === 'reject') {
      return { kind: 'failed', status: '5.7.1', reply: '550 5.7.1 Rehearsal: refused', host, tls: false };
    }
    if (isReserved && local === 'timeout') {
      await wait();
      return { kind: 'deferred', status: '4.4.2', reply: 'Rehearsal: no answer in time', host, tls: false };
    }
    return { kind: 'delivered', status: '2.0.0', reply: kept, host, tls: false, dsn: false };
  }

  return {
    send: ({ recipients }) => Promise.all(recipients.map(({ address }) => outcomeFor(address))),
  };
}
