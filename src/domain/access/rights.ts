import type { Actor, HeldPosition } from './actor.ts';
import { permit, reachesOf, type Condition, type PolicyTarget, type Scope } from './permissions.ts';

/**
 * The questions that use cases ask of the matrix (`permissions.ts`), by name. An answer is the post somebody acts from;
 * undefined: may not.
 */
type Permit = HeldPosition | undefined;

/** Gives work to a lead or a co-ordinator. A clerk only where a rule of the organ says so (`by_rule`). */
export function mayAssign(actor: Actor, target: PolicyTarget): Permit {
  return permit(actor, 'assignment.give', target);
}

/** Registers and numbers documents of the organ (Decree 30/2020, Articles 15 and 22). */
export function mayRegisterDocument(actor: Actor, organId: string): Permit {
  return permit(actor, 'document.register', { organId, positionIds: officePostsAt(actor, organId) });
}

/** Puts the organ's signature on it, only after the person's. */
export function maySealDocument(actor: Actor, organId: string, facts: { isSigned: boolean }): Permit {
  return permit(actor, 'document.seal', { organId, met: facts.isSigned ? ['signed'] : [] });
}

/** Signs what is put before this signer; a unit head only by order that was given in writing. */
export function maySignDocument(
  actor: Actor,
  signer: { readonly positionId: string; readonly hasWrittenOrder: boolean },
): Permit {
  return permit(actor, 'document.sign', {
    positionIds: [signer.positionId],
    met: signer.hasWrittenOrder ? ['given'] : [],
  });
}

/** Acknowledges, accepts, reports on what is the actor's to do. */
export function mayWork(actor: Actor, target: PolicyTarget): Permit {
  return permit(actor, 'assignment.work', target);
}

/** Decides on extensions and results; a unit head at the first level, for the unit. */
export function mayDecideWork(actor: Actor, target: PolicyTarget): Permit {
  return permit(actor, 'assignment.decide', target);
}

/** Đôn đốc. Clerks and counters only what is overdue. */
export function mayRemind(actor: Actor, target: PolicyTarget, facts: { isOverdue: boolean }): Permit {
  return permit(actor, 'assignment.remind', withMet(target, facts.isOverdue, 'overdue'));
}

/** Recalls or supersedes an official object; a clerk takes back an issued document of the organ. */
export function mayRecall(actor: Actor, target: PolicyTarget, facts: { isIssuedDocument: boolean }): Permit {
  return permit(actor, 'official.recall', withMet(target, facts.isIssuedDocument, 'issued_document'));
}

/** Content, by a path. What the object is, is said in `met`: `unrestricted`, `registered`, `case`, `filed`. */
export function mayReadContent(actor: Actor, target: PolicyTarget): Permit {
  return permit(actor, 'content.read', target);
}

export function maySeeDashboard(actor: Actor, target: PolicyTarget): Permit {
  return permit(actor, 'dashboard.see', target);
}

/** How far the actor's dashboards reach, for the query that fills them. */
export function dashboardReaches(
  actor: Actor,
): readonly { readonly position: HeldPosition; readonly scope: Scope }[] {
  return reachesOf(actor, 'dashboard.see');
}

/** Reads who did and read what, never the content. */
export function mayReadAudit(actor: Actor): boolean {
  return permit(actor, 'audit.read') !== undefined;
}

/** Units, people and accounts. */
export function mayManageOrganisation(actor: Actor): boolean {
  return actor.kind === 'system' || permit(actor, 'organisation.manage') !== undefined;
}

function withMet(target: PolicyTarget, isMet: boolean, condition: Condition): PolicyTarget {
  const met = (target.met ?? []).filter((name) => name !== condition);
  return { ...target, met: isMet ? [...met, condition] : met };
}

/** An office chief registers in the own organ, which is the post's unit. */
function officePostsAt(actor: Actor, organId: string): readonly string[] {
  return actor.positions
    .filter(
      (position) =>
        position.authority === 'office_chief' && (position.organId ?? position.unitId) === organId,
    )
    .map((position) => position.positionId);
}
