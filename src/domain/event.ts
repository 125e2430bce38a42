import type { AdministeredBy, AdministrativeAct, AdministrativeFacts } from '#domain/access/administered.ts';
import type { ContentRead } from '#domain/audit/read-event.ts';
import type { Assignment, BoardCounts, Directive } from '#domain/directive/directive.ts';
import type { DiscussionEvent } from '#domain/discussion/comment-event.ts';
import { isWork, roomsOfWork, type WorkEvent } from '#domain/directive/work-event.ts';
import { isDocumentEvent, type DocumentEvent } from '#domain/document/document-event.ts';
import type { HeldKind } from '#domain/mail/held-kind.ts';
import type { OutsideAcknowledged, OutsideReplied } from '#domain/directive/outside-event.ts';
import type { ReplyReceived } from '#domain/mail/reply/reply-event.ts';
import { rooms } from '#domain/room.ts';
import type { Stored } from '#domain/stored.ts';

/** Everything that can happen, named in the past tense. The log keeps exactly these. */
export type HubEvent =
  | DirectiveIssued
  | DirectiveRecalled
  | ReceiptRecorded
  | DiscussionEvent
  | WorkEvent
  | DocumentEvent
  | MailDelivered
  | MailQueued
  | MailHeld
  | MailDecided
  | OutboundSettled
  | AbsenceDue
  | ReplyReceived
  | OutsideReplied
  | OutsideAcknowledged
  | SendingLimited
  | MailboxChanged
  | MembershipChanged
  | SessionEnded
  | OrganisationImported
  | ContentRead
  | AdministrationChanged;

export type EventType = HubEvent['type'];

export interface DirectiveIssued {
  readonly type: 'directive.issued';
  readonly directive: Stored<Directive>;
  /** Whoever acts for this position hears what the issuer hears. */
  readonly issuerPositionId?: string | undefined;
  readonly assignments: readonly Stored<Assignment>[];
  readonly counts: BoardCounts;
  /** The official mail that carries it. */
  readonly messageId: string;
}

export interface DirectiveRecalled {
  readonly type: 'directive.recalled';
  readonly directiveId: string;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
  readonly recalledAt: string;
  readonly reason: string;
  readonly rooms: readonly string[];
}

/** A receipt that was not there before. Each implies the earlier ones. */
export interface ReceiptRecorded {
  readonly type: 'assignment.arrived' | 'assignment.opened' | 'assignment.acknowledged';
  readonly directiveId: string;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
  /** Whose receipts these are; absent when there are too many to name, then a board asks again. */
  readonly accounts?: readonly { readonly id: string; readonly name: string }[];
  readonly receiptAt: string;
  /** Assignments that have reached this state by it. */
  readonly assignments: readonly ReachedAssignment[];
  /** After this receipt; taken under the directive's lock, so they never run backwards. */
  readonly counts: BoardCounts;
}

export interface ReachedAssignment {
  readonly id: string;
  readonly room: string;
  /** Rooms of the assignments that it is a part of. */
  readonly above?: readonly string[];
}

export interface MailDelivered {
  readonly type: 'mail.delivered';
  readonly messageId: string;
  /** Absent: everyone has it, and one room says so in place of thousands. */
  readonly accountIds?: readonly string[];
}

/** Rows for outside recipients are in the outbound queue. */
export interface MailQueued {
  readonly type: 'mail.queued';
  readonly messageId: string;
  readonly domains: readonly string[];
}

/** A message waits: for a moderator, a scanner, its hour or its time. */
export interface MailHeld {
  readonly type: 'mail.held';
  readonly heldId: string;
  readonly kind: HeldKind;
  readonly groupId?: string;
  readonly groupName?: string;
  readonly sender: string;
  readonly subject?: string;
  readonly heldAt: string;
  /** Who sent it. */
  readonly accountId?: string;
  readonly moderatorIds: readonly string[];
}

/** It waits no longer. */
export interface MailDecided {
  readonly type: 'mail.decided';
  readonly heldId: string;
  readonly kind: HeldKind;
  readonly state: 'released' | 'refused' | 'cancelled' | 'expired';
  readonly accountId?: string;
  readonly moderatorIds: readonly string[];
}

/** Outside recipients of a message have come to their end. */
export interface OutboundSettled {
  readonly type: 'outbound.settled';
  readonly messageId: string;
  readonly submittedBy?: string;
  readonly settled: readonly { readonly recipient: string; readonly state: 'delivered' | 'failed' }[];
}

/** These recipients of a message are away and may owe its sender an answer. */
export interface AbsenceDue {
  readonly type: 'absence.due';
  readonly messageId: string;
  readonly accountIds: readonly string[];
}

/** An account has sent more in an hour than it may; what it sends now waits (a stolen password must not be a spam run). */
export interface SendingLimited {
  readonly type: 'sending.limited';
  readonly accountId: string;
  readonly address: string;
}

/** Flags, copies, expunges or folders changed in a mailbox of the account. */
export interface MailboxChanged {
  readonly type: 'mailbox.changed';
  readonly accountId: string;
  readonly mailboxIds: readonly string[];
  /** By mailbox, the mod-sequence that the change has brought it to, where it is known: who is there has heard of it. */
  readonly modseqs?: Readonly<Record<string, number>>;
  /** Messages that came by the change and are to be made searchable. */
  readonly messageIds?: readonly string[];
}

/** The account's rooms or rights are no longer what they were: its clients load a snapshot again. */
export interface MembershipChanged {
  readonly type: 'membership.changed';
  readonly accountId: string;
}

export interface SessionEnded {
  readonly type: 'session.ended';
  readonly accountId: string;
  /** Absent: every session and app password of the account. */
  readonly sessionId?: string;
}

/** Units, people and accounts were written in bulk. */
export interface OrganisationImported {
  readonly type: 'organisation.imported';
  readonly accounts: number;
}

/** How the hub is run was changed: the record of who did what to what. An act that changed nothing leaves none. */
export interface AdministrationChanged {
  readonly type: 'administration.changed';
  readonly act: AdministrativeAct;
  readonly by: AdministeredBy;
  /** The domain, the account's address, or the recipient, as people name it. */
  readonly object: string;
  readonly before: AdministrativeFacts;
  readonly after: AdministrativeFacts;
}

/** An event at its place in the log. */
export interface LogEntry {
  readonly position: number;
  readonly at: Date;
  readonly event: HubEvent;
  readonly rooms: readonly string[];
}

/** Who may hear an event: pure, total, in one place. */
export function audienceOf(event: HubEvent): readonly string[] {
  if (isWork(event))
    return distinct([...issuerRooms(event.issuerAccountId, event.issuerPositionId), ...roomsOfWork(event)]);
  if (isDocumentEvent(event)) return distinct(event.rooms);
  switch (event.type) {
    case 'directive.issued':
      return distinct([
        ...issuerRooms(event.directive.issuerAccountId, event.issuerPositionId),
        ...event.assignments.map((assignment) => assignment.room),
      ]);
    case 'directive.recalled':
    case 'directive.superseded':
      return distinct([...issuerRooms(event.issuerAccountId, event.issuerPositionId), ...event.rooms]);
    case 'assignment.arrived':
      // A person who has it on the screen need not be told that it arrived.
      return issuerRooms(event.issuerAccountId, event.issuerPositionId);
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return distinct([
        ...issuerRooms(event.issuerAccountId, event.issuerPositionId),
        ...(event.accounts ?? []).map((account) => rooms.account(account.id)),
        ...event.assignments
          .flatMap((assignment) => [assignment.room, ...(assignment.above ?? [])])
          .filter((room) => room !== rooms.everyone),
      ]);
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
      return distinct([
        ...event.rooms,
        ...[...event.mentioned, ...(event.formerly ?? [])].map((id) => rooms.account(id)),
      ]);
    case 'mail.delivered':
      return event.accountIds === undefined
        ? [rooms.everyone]
        : event.accountIds.map((id) => rooms.account(id));
    case 'mail.held':
    case 'mail.decided':
      return distinct([...event.moderatorIds, ...own(event.accountId)].map((id) => rooms.account(id)));
    case 'outbound.settled':
      return own(event.submittedBy).map((id) => rooms.account(id));
    case 'mail.queued':
    case 'absence.due':
    case 'reply.received':
    case 'outside.replied':
    // For workers only.
    case 'content.read':
    case 'outside.acknowledged':
    case 'administration.changed':
      // Kept, and told to nobody.
      return [];
    case 'sending.limited':
      return [rooms.account(event.accountId), rooms.administrators];
    case 'organisation.imported':
      return [rooms.everyone];
    case 'discussion.read':
    case 'mailbox.changed':
    case 'membership.changed':
    case 'session.ended':
      return [rooms.account(event.accountId)];
  }
}

/** The issuer and who acts for the post it was issued from (policy: `mayActAsIssuer`). */
export function issuerRooms(
  issuerAccountId: string,
  issuerPositionId: string | undefined,
): readonly string[] {
  const own = rooms.account(issuerAccountId);
  return issuerPositionId === undefined ? [own] : [own, rooms.position(issuerPositionId)];
}

function own(accountId: string | undefined): readonly string[] {
  return accountId === undefined ? [] : [accountId];
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
