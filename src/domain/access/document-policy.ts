import type { Authority } from '#domain/organisation/organisation.ts';
import { maySignAs, type SigningAuthority } from '#domain/document/signing-authority.ts';
import { roomsOf, type Actor, type HeldPosition } from './actor.ts';
import { mayRecall, mayRegisterDocument, maySealDocument } from './rights.ts';

/** Who may do what with documents and registers (domain.md §5.3), denying by default. */

export interface DocumentForPolicy {
  readonly organId: string;
  readonly unitId?: string | undefined;
  readonly rooms: readonly string[];
  readonly createdBy: string;
}

/** A path to it: the registry of its organ, drafter, unit, signer, who it was handed to or assigned to. */
export function mayReadDocument(actor: Actor, document: { readonly rooms: readonly string[] }): boolean {
  const own = roomsOf(actor);
  return document.rooms.some((room) => own.includes(room));
}

/** The organ in whose registers the actor keeps or decides, the highest post first. */
export function registerOrganOf(actor: Actor): string | undefined {
  return actor.positions
    .filter(({ delegatedScope }) => delegatedScope === undefined)
    .filter(({ authority }) => ['clerk', 'office_chief', 'head'].includes(authority))
    .toSorted((left, right) => left.rank - right.rank)
    .find(({ organId }) => organId !== undefined)?.organId;
}

/** Registers, numbers, submits, hands over, issues: who registers by the matrix. */
export function mayKeepRegister(actor: Actor, organId: string): boolean {
  return mayRegisterDocument(actor, organId) !== undefined;
}

/** The organ's signature (con dấu) is the clerk's, in person (Decree 30/2020, Article 32). */
export function maySealFor(actor: Actor, organId: string): boolean {
  // The state machine has let nobody come here with what no person has signed.
  return maySealDocument(actor, organId, { isSigned: true }) !== undefined;
}

/** Asks recipients to give an issued document back: the clerk of its organ, and who signed it. */
export function mayTakeBack(actor: Actor, organId: string, signerPositionId: string | undefined): boolean {
  const positionIds = signerPositionId === undefined ? [] : [signerPositionId];
  return mayRecall(actor, { organId, positionIds }, { isIssuedDocument: true }) !== undefined;
}

/** Writes the opinion that assigns: a leader of the organ, or the office chief by order. */
export function mayAssignFor(actor: Actor, organId: string): boolean {
  return holds(actor, organId, ['head', 'deputy', 'office_chief'], 'direct');
}

/** Says that it is being worked on, or that it is done: a leader, the registry, or who it was assigned to. */
export function maySolve(actor: Actor, organId: string, assigneeRooms: readonly string[]): boolean {
  return (
    holds(actor, organId, ['head', 'deputy', 'office_chief', 'clerk'], 'process') ||
    roomsOf(actor).some((room) => assigneeRooms.includes(room))
  );
}

/** The post from which somebody drafts for an organ, the main one first; undefined: may not. */
export function draftingPost(actor: Actor, unitId?: string): HeldPosition | undefined {
  return actor.positions
    .filter(({ delegatedScope, authority }) => delegatedScope === undefined && authority !== 'admin')
    .filter((position) => position.organId !== undefined)
    .filter((position) => unitId === undefined || position.unitId === unitId)
    .toSorted((left, right) => left.rank - right.rank)[0];
}

export function mayEditDraft(actor: Actor, document: DocumentForPolicy): boolean {
  return actor.accountId === document.createdBy;
}

/** The head of the drafting unit answers for the content; of what the organ itself drafts, its leaders. */
export function mayApproveContent(actor: Actor, document: DocumentForPolicy): boolean {
  if (document.unitId === undefined || document.unitId === document.organId)
    return holds(actor, document.organId, ['head', 'deputy', 'office_chief']);
  const { unitId } = document;
  return ownPosts(actor).some(
    (position) =>
      position.unitId === unitId && ['head', 'unit_head', 'office_chief'].includes(position.authority),
  );
}

/** Form and procedure: the office chief; a leader where there is none at hand (Article 12.2). */
export function mayApproveForm(actor: Actor, organId: string): boolean {
  return holds(actor, organId, ['office_chief', 'head', 'deputy']);
}

export interface SigningSlot {
  readonly positionId: string;
  readonly authority: SigningAuthority;
  /** Of the position. */
  readonly positionAuthority: Authority;
  readonly signingAuthority?: Exclude<SigningAuthority, 'own'> | undefined;
}

/**
 * The one post that is to sign, and nobody for it: who holds it signs with the authority it has, or TUQ. under a written
 * delegation of a leader of the organ that runs now.
 */
export function maySign(actor: Actor, organId: string, slot: SigningSlot): boolean {
  const isHolder = ownPosts(actor).some((position) => position.positionId === slot.positionId);
  if (!isHolder) return false;
  if (slot.authority === 'TUQ')
    return actor.positions.some(
      (position) => position.delegatedScope === 'sign_TUQ' && position.organId === organId,
    );
  return maySignAs(
    {
      isHead: slot.positionAuthority === 'head',
      signingAuthority: slot.signingAuthority,
      bySignDelegation: false,
    },
    slot.authority,
  );
}

function ownPosts(actor: Actor): readonly HeldPosition[] {
  return actor.positions.filter(({ delegatedScope }) => delegatedScope === undefined);
}

function holds(
  actor: Actor,
  organId: string,
  authorities: readonly Authority[],
  orDelegated?: 'direct' | 'process',
): boolean {
  return actor.positions.some(
    (position) =>
      position.organId === organId &&
      authorities.includes(position.authority) &&
      (position.delegatedScope === undefined || position.delegatedScope === orDelegated),
  );
}
