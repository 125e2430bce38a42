import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import { delegationStateOf, type DelegationState } from '#domain/organisation/delegation.ts';
import type { Delegations, StoredDelegation } from '#app/ports/delegations.ts';
import type { Page } from '#app/ports/hub-store.ts';

/** Those from and to the actor's own posts; an administrator sees all. Throws `bad_input`. */
export async function listDelegations(
  ports: { readonly delegations: Delegations; readonly clock: Clock },
  input: { readonly actor: Actor; readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<StoredDelegation & { readonly state: DelegationState }>> {
  const { actor, limit, cursor } = input;
  const own = actor.positions.flatMap(({ positionId, delegatedScope }) =>
    delegatedScope === undefined ? [positionId] : [],
  );
  const page = await ports.delegations.list(isAdministrator(actor) ? 'all' : own, {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  const now = ports.clock.now();
  return {
    ...page,
    items: page.items.map((delegation) => ({ ...delegation, state: delegationStateOf(delegation, now) })),
  };
}
