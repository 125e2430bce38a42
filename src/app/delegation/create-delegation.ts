import { randomUUID } from 'node:crypto';
import { administeredBy } from '#domain/access/administered.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayDelegate } from '#domain/access/delegation-policy.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import { checkDelegation, type NewDelegation } from '#domain/organisation/delegation.ts';
import type { Delegations } from '#app/ports/delegations.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';

export interface DelegationPorts {
  readonly store: HubStore;
  readonly delegations: Delegations;
  readonly clock: Clock;
  readonly committed: () => void;
}

export interface CreateDelegation extends NewDelegation {
  readonly actor: Actor;
  readonly key?: string | undefined;
}

/**
 * Passes on the authority of a post (ủy quyền) to the primary post of a person, for a time. It works at once: the
 * delegate's clients are told to look again. Throws what `checkDelegation` throws, `not_permitted`,
 * `recipient_unknown`.
 */
export async function createDelegation(
  ports: DelegationPorts,
  input: CreateDelegation,
): Promise<{ id: string }> {
  const { actor, key, ...request } = input;
  if (!mayDelegate(actor, input.fromPositionId)) throw new HubError('not_permitted');
  const answer = await ports.store.transaction((tx) =>
    runOnce(tx, { accountId: actor.accountId, key, operation: 'delegation.create', request }, async () => {
      const at = ports.clock.now();
      checkDelegation(input, at);
      const [to] = await ports.delegations.postsOf(input.toPersonId, at);
      if (to === undefined) throw new HubError('recipient_unknown', { field: 'toPersonId' });
      const from = await tx.holdersOf(input.fromPositionId, at);
      if (from === undefined) throw new HubError('recipient_unknown', { field: 'fromPositionId' });
      const delegate = await tx.holdersOf(to.positionId, at);
      if (delegate === undefined || delegate.personId === from.personId)
        throw new HubError('recipient_unknown', { field: 'toPersonId' });
      const id = randomUUID();
      const documentRef = input.documentRef.trim().normalize('NFC');
      await tx.addDelegation({
        id,
        fromPositionId: input.fromPositionId,
        toPositionId: to.positionId,
        scope: input.scope,
        documentRef,
        validFrom: input.validFrom,
        validTo: input.validTo,
        at,
        by: actor.accountId,
      });
      await tx.record(
        [
          {
            type: 'administration.changed',
            act: 'delegation.created',
            by: administeredBy(actor),
            object: id,
            before: {},
            after: {
              scope: input.scope,
              documentRef,
              fromPositionId: input.fromPositionId,
              toPositionId: to.positionId,
              validFrom: input.validFrom.toISOString(),
              validTo: input.validTo.toISOString(),
            },
          },
          ...delegate.accountIds.map((accountId) => ({ type: 'membership.changed' as const, accountId })),
        ],
        at,
      );
      return { id };
    }),
  );
  ports.committed();
  return answer;
}
