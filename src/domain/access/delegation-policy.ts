import { isAdministrator, type Actor } from './actor.ts';

/**
 * Who may pass on the authority of a post, or take it back: who holds it, and an administrator. A delegate holds nothing
 * that could be passed on, so nothing is delegated twice (Decree 30/2020, Article 13.4: not again by who is authorised).
 */
export function mayDelegate(actor: Actor, fromPositionId: string): boolean {
  return (
    isAdministrator(actor) ||
    actor.positions.some(
      (position) => position.positionId === fromPositionId && position.delegatedScope === undefined,
    )
  );
}

/** Those of the posts concerned see it, and administrators. */
export function maySeeDelegation(
  actor: Actor,
  delegation: { readonly fromPositionId: string; readonly toPositionId: string },
): boolean {
  return (
    isAdministrator(actor) ||
    actor.positions.some(
      ({ positionId, delegatedScope }) =>
        delegatedScope === undefined &&
        (positionId === delegation.fromPositionId || positionId === delegation.toPositionId),
    )
  );
}
