import type { Clock } from '#domain/clock.ts';
import type { Repeated } from '#lib/repeat.ts';
import type { OutboundQueue } from '#app/ports/outbound.ts';

/**
 * Past it, without a renewal, the worker is taken for dead and its recipients may be another's (threats F5, F14). So long
 * may the database be away in the middle of an attempt before the same may be sent twice.
 */
export const outboundLeaseMs = 5 * 60_000;
/** Several renewals may fail before another worker takes over. */
export const outboundLeaseRenewMs = 30_000;

export interface LeasePorts {
  readonly queue: Pick<OutboundQueue, 'renew'>;
  readonly clock: Clock;
  readonly repeat: (
    work: () => Promise<void>,
    everyMs: number,
    onFault: (error: unknown) => void,
  ) => Repeated;
  /** Told of what is broken here and did not stop the queue. */
  readonly onFault: (error: unknown) => void;
}

export function leaseFrom(at: Date): Date {
  return new Date(at.getTime() + outboundLeaseMs);
}

/**
 * Does the work under a lease that is renewed meanwhile, so that the recipients of a slow server stay this worker's
 * however long it takes, and those of a dead worker are soon another's. A lease that was lost stays lost: what this
 * worker settles is then refused by the claim.
 */
export async function underLease<Result>(
  ports: LeasePorts,
  claim: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const renewing = ports.repeat(
    () => ports.queue.renew(claim, leaseFrom(ports.clock.now())),
    outboundLeaseRenewMs,
    ports.onFault,
  );
  try {
    return await work();
  } finally {
    await renewing.stop();
  }
}
