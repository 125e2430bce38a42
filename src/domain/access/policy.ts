import type { Actor, HeldPosition } from './actor.ts';
import { issuingPositions, unitsAnsweredFor } from './actor.ts';
import { grantOf } from './permissions.ts';

/**
 * Rights over directives and mail, denying by default; how far each post reaches is in `permissions.ts`. A rule reads only
 * what it is given: the actor as of now and the thing.
 */

export interface IssueTarget {
  readonly kind: 'person' | 'unit' | 'everyone';
  /** For a unit: ids from it up to the province. For a person: the same of each unit where a post is held. */
  readonly unitPaths: readonly (readonly string[])[];
}

export interface DirectiveForPolicy {
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
}

/**
 * The position as which the actor may issue to all the targets, own ones before delegated ones; undefined: may not.
 * Chair and vice chairs reach the province, heads of organs and their office chiefs what lies below their organ, unit
 * heads their unit.
 */
export function issuingPosition(actor: Actor, targets: readonly IssueTarget[]): HeldPosition | undefined {
  return [...issuingPositions(actor)]
    .toSorted(
      (left, right) =>
        Number(left.delegatedScope !== undefined) - Number(right.delegatedScope !== undefined) ||
        left.rank - right.rank,
    )
    .find((position) => reachOf(position) !== 'none' && targets.every((target) => reaches(position, target)));
}

type Reach = 'province' | 'below' | 'none';

function reachOf(position: HeldPosition): Reach {
  const scope = grantOf(position, 'directive.issue')?.scope;
  if (scope === undefined) return 'none';
  return scope === 'province' ? 'province' : 'below';
}

function reaches(position: HeldPosition, target: IssueTarget): boolean {
  if (reachOf(position) === 'province') return true;
  if (target.kind === 'everyone') return false;
  return target.unitPaths.some((path) => path.includes(position.unitId));
}

export function mayIssue(actor: Actor): boolean {
  return issuingPositions(actor).length > 0;
}

export function mayIssueToEveryone(actor: Actor): boolean {
  return issuingPosition(actor, [{ kind: 'everyone', unitPaths: [] }]) !== undefined;
}

/** The issuer, or who holds or acts now for the post it was issued from. Recall, the board and every recipient's receipts. */
export function mayActAsIssuer(actor: Actor, directive: DirectiveForPolicy): boolean {
  if (actor.accountId === directive.issuerAccountId) return true;
  return issuingPositions(actor).some((position) => position.positionId === directive.issuerPositionId);
}

/** A path to the directive: issued it, received it, or answers for a unit that received it. */
export function mayReadDirective(
  actor: Actor,
  directive: DirectiveForPolicy,
  path: { isRecipient: boolean; assignedUnitIds: readonly string[] },
): boolean {
  if (path.isRecipient || mayActAsIssuer(actor, directive)) return true;
  const answered = unitsAnsweredFor(actor);
  return path.assignedUnitIds.some((unitId) => answered.includes(unitId));
}

/**
 * Content of mail to the outside: its sender reads what the sender wrote. An administrator sees that it left and what
 * became of it, and reads it no more than anybody else does.
 */
export function mayReadSubmitted(actor: Actor, mail: { readonly submittedBy?: string | undefined }): boolean {
  return mail.submittedBy !== undefined && mail.submittedBy === actor.accountId;
}
