import type { AssigneeKind } from '#domain/directive/directive.ts';
import type { Authority } from '#domain/organisation/organisation.ts';
import { issuingPositions, type Actor, type HeldPosition } from './actor.ts';
import type { DirectiveForPolicy } from './policy.ts';

/**
 * Who may do what with an assignment (domain.md §5.3), denying by default. An answer is the post somebody acts from, so
 * that the record can show on whose behalf; undefined: may not.
 */
export interface ActingAs {
  /** Absent: the person by name, or the account of a unit. */
  readonly position?: HeldPosition;
}

export interface AssignmentForPolicy {
  readonly assigneeKind: AssigneeKind;
  readonly assigneeId?: string | undefined;
}

const performing: readonly Authority[] = ['head', 'office_chief', 'unit_head', 'clerk'];
const heading: readonly Authority[] = ['head', 'office_chief', 'unit_head'];

/**
 * Accepts, reports, asks for time, submits: the person named, or who answers for the unit, also by a delegation to
 * process. A post can be delegated, so what goes to a unit can be done by a delegate; what goes to a person by name
 * cannot. What goes to everyone is for information and nobody's work.
 */
export function performsAs(actor: Actor, assignment: AssignmentForPolicy): ActingAs | undefined {
  if (isOwn(actor, assignment)) return {};
  return unitPost(actor, assignment, performing);
}

/** Returns it, gives parts of it out, endorses its result: the person named, or the head of the unit. */
export function headsAs(actor: Actor, assignment: AssignmentForPolicy): ActingAs | undefined {
  if (assignment.assigneeKind === 'person' && isOwn(actor, assignment)) return {};
  return unitPost(actor, assignment, heading);
}

/**
 * Decides on what the performer asks and hands in, cancels, insists, hands on, reminds: the issuer of the directive, or
 * for a part whoever heads the assignment that it is a part of.
 */
export function givesAs(
  actor: Actor,
  directive: DirectiveForPolicy,
  parent: AssignmentForPolicy | undefined,
): ActingAs | undefined {
  return parent === undefined ? issuesAs(actor, directive) : headsAs(actor, parent);
}

/** The issuer, or who holds or acts now for the post it was issued from. */
export function issuesAs(actor: Actor, directive: DirectiveForPolicy): ActingAs | undefined {
  const held = issuingPositions(actor).filter(
    (position) => position.positionId === directive.issuerPositionId,
  );
  const post = ownFirst(held);
  if (post !== undefined) return { position: post };
  return actor.accountId === directive.issuerAccountId ? {} : undefined;
}

function isOwn(actor: Actor, { assigneeKind, assigneeId }: AssignmentForPolicy): boolean {
  if (assigneeId === undefined) return false;
  if (assigneeKind === 'person') return actor.personId === assigneeId;
  return (
    assigneeKind === 'unit' && (actor.kind === 'role' || actor.kind === 'unit') && actor.unitId === assigneeId
  );
}

function unitPost(
  actor: Actor,
  { assigneeKind, assigneeId }: AssignmentForPolicy,
  authorities: readonly Authority[],
): ActingAs | undefined {
  if (assigneeKind !== 'unit') return undefined;
  const post = ownFirst(
    actor.positions.filter(
      (position) =>
        position.unitId === assigneeId &&
        authorities.includes(position.authority) &&
        (position.delegatedScope === undefined || position.delegatedScope === 'process'),
    ),
  );
  return post === undefined ? undefined : { position: post };
}

function ownFirst(positions: readonly HeldPosition[]): HeldPosition | undefined {
  return positions.find((position) => position.delegatedScope === undefined) ?? positions[0];
}
