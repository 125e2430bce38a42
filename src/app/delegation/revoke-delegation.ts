import { administeredBy } from '#domain/access/administered.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayDelegate, maySeeDelegation } from '#domain/access/delegation-policy.ts';
import { HubError } from '#domain/hub-error.ts';
import { delegationStateOf } from '#domain/organisation/delegation.ts';
import { runOnce } from '#app/run-once.ts';
import type { DelegationPorts } from './create-delegation.ts';

export interface RevokeDelegation {
  readonly actor: Actor;
  readonly id: string;
  readonly key?: string | undefined;
}

/**
 * Takes a delegation back (thu hồi ủy quyền), at once. Throws `not_found`, `not_permitted`, `delegation_over` when it
 * has ended.
 */
export async function revokeDelegation(
  ports: DelegationPorts,
  input: RevokeDelegation,
): Promise<{ id: string }> {
  const { actor, id, key } = input;
  const found = await ports.delegations.find(id);
  if (found === undefined || !maySeeDelegation(actor, found)) throw new HubError('not_found');
  if (!mayDelegate(actor, found.fromPositionId)) throw new HubError('not_permitted');
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'delegation.revoke', request: { id } },
      async () => {
        const at = ports.clock.now();
        if (delegationStateOf(found, at) === 'expired') throw new HubError('delegation_over');
        if (!(await tx.revokeDelegation(id, at, actor.accountId))) throw new HubError('delegation_over');
        const delegate = await tx.holdersOf(found.toPositionId, at);
        await tx.record(
          [
            {
              type: 'administration.changed',
              act: 'delegation.revoked',
              by: administeredBy(actor),
              object: id,
              before: { validTo: found.validTo.toISOString() },
              after: { revokedAt: at.toISOString() },
            },
            ...(delegate?.accountIds ?? []).map((accountId) => ({
              type: 'membership.changed' as const,
              accountId,
            })),
          ],
          at,
        );
        return { id };
      },
    ),
  );
  ports.committed();
  return answer;
}
