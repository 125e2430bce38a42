import type { Assignment, BoardCounts, Directive } from '#domain/directive/directive.ts';
import { rooms } from '#domain/room.ts';

/** Everything that can happen, named in the past tense. The log keeps exactly these. */
export type HubEvent =
  | DirectiveIssued
  | DirectiveRecalled
  | ReceiptRecorded
  | MailDelivered
  | MailboxChanged
  | MembershipChanged
  | SessionEnded
  | OrganisationImported;

export type EventType = HubEvent['type'];

export interface DirectiveIssued {
  readonly type: 'directive.issued';
  readonly directive: Stored<Directive>;
  /** Whoever acts for this position hears what the issuer hears. */
  readonly issuerPositionId?: string | undefined;
  readonly assignments: readonly Assignment[];
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
  readonly assignments: readonly { readonly id: string; readonly room: string }[];
  /** After this receipt; taken under the directive's lock, so they never run backwards. */
  readonly counts: BoardCounts;
}

export interface MailDelivered {
  readonly type: 'mail.delivered';
  readonly messageId: string;
  readonly accountIds: readonly string[];
}

/** Flags, copies, expunges or folders changed in a mailbox of the account. */
export interface MailboxChanged {
  readonly type: 'mailbox.changed';
  readonly accountId: string;
  readonly mailboxIds: readonly string[];
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

/** How a shape looks once it has been through JSON. */
export type Stored<Shape> = {
  readonly [Key in keyof Shape]: Shape[Key] extends Date
    ? string
    : Shape[Key] extends Date | undefined
      ? string | undefined
      : Shape[Key];
};

/** An event at its place in the log. */
export interface LogEntry {
  readonly position: number;
  readonly at: Date;
  readonly event: HubEvent;
  readonly rooms: readonly string[];
}

/** Who may hear an event: pure, total, in one place. */
export function audienceOf(event: HubEvent): readonly string[] {
  switch (event.type) {
    case 'directive.issued':
      return distinct([
        ...issuerRooms(event.directive.issuerAccountId, event.issuerPositionId),
        ...event.assignments.map((assignment) => assignment.room),
      ]);
    case 'directive.recalled':
      return distinct([...issuerRooms(event.issuerAccountId, event.issuerPositionId), ...event.rooms]);
    case 'assignment.arrived':
      // A person who has it on the screen need not be told that it arrived.
      return issuerRooms(event.issuerAccountId, event.issuerPositionId);
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return distinct([
        ...issuerRooms(event.issuerAccountId, event.issuerPositionId),
        ...(event.accounts ?? []).map((account) => rooms.account(account.id)),
        ...event.assignments.map((assignment) => assignment.room).filter((room) => room !== rooms.everyone),
      ]);
    case 'mail.delivered':
      return event.accountIds.map((id) => rooms.account(id));
    case 'organisation.imported':
      return [rooms.everyone];
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

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
