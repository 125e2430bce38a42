import type { Clock } from '#domain/clock.ts';
import type { HubStore } from '#app/ports/hub-store.ts';

const turnedAtOnceMax = 200;

/**
 * Tells the delegates of what has begun or ended by itself, so that their rooms follow. Rights need no such help: they
 * are read at the moment they are used. Safe to run in several processes at once.
 */
export async function turnDelegations(ports: {
  readonly store: HubStore;
  readonly clock: Clock;
  readonly committed: () => void;
}): Promise<void> {
  const turned = await ports.store.transaction(async (tx) => {
    const at = ports.clock.now();
    const found = await tx.turnedDelegations(at, turnedAtOnceMax);
    const accountIds = new Set(found.flatMap((delegation) => delegation.accountIds));
    await tx.record(
      [...accountIds].map((accountId) => ({ type: 'membership.changed' as const, accountId })),
      at,
    );
    return found.length;
  });
  if (turned > 0) ports.committed();
}
