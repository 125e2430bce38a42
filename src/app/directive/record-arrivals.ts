import type { Clock } from '#domain/clock.ts';
import type { HubStore } from '#app/ports/hub-store.ts';

export interface Arrival {
  readonly accountId: string;
  /** The device has everything that its account may hear up to this log position. */
  readonly upTo: number;
}

/** The receipt "arrived" for a batch of devices: one statement finds, one transaction writes. */
export async function recordArrivals(
  ports: { store: HubStore; clock: Clock; committed: () => void },
  arrivals: readonly Arrival[],
): Promise<void> {
  if (arrivals.length === 0) return;
  const written = await ports.store.transaction(async (tx) => {
    const receipts = await tx.arrivedDirectives(arrivals);
    const at = ports.clock.now();
    const events = await tx.recordReceipts({ kind: 'arrived', at, receipts });
    await tx.record(events, at);
    return events.length;
  });
  if (written > 0) ports.committed();
}
