import { isWork } from '#domain/directive/work-event.ts';
import { isDocumentEvent } from '#domain/document/document-event.ts';
import { type DirectiveIssued, type LogEntry, type MailHeld, type ReceiptRecorded } from '#domain/event.ts';
import type { Change } from './change.ts';
import { discussionViewKey, presentDiscussion } from './discussion-change.ts';
import { directiveWords, presentAssignment } from './present-assignment.ts';
import { presentDocumentEvent } from './present-document.ts';
import { presentWork, workViewKey } from './present-work.ts';
import type { DirectiveView, HeldTaskView } from './view.ts';
import { hearsAsIssuer, type Viewer } from './viewer.ts';

export type { Viewer } from './viewer.ts';

/**
 * An event as this viewer may know it; `undefined` when it is not for a client. Two viewers with the same `viewKey`
 * get equal changes, so that one frame serves them all.
 */
export function present(entry: LogEntry, viewer: Viewer): Change | undefined {
  const { event } = entry;
  const placed = { position: entry.position, at: entry.at.toISOString() };
  if (isDocumentEvent(event)) return { ...placed, ...presentDocumentEvent(event) };
  if (isWork(event)) return { ...placed, ...presentWork(event, viewer) };
  switch (event.type) {
    case 'directive.issued':
      return { ...placed, type: event.type, directive: presentIssued(event, viewer) };
    case 'directive.recalled':
      return {
        ...placed,
        type: event.type,
        directiveId: event.directiveId,
        recalledAt: event.recalledAt,
        reason: event.reason,
      };
    case 'directive.superseded':
      return {
        ...placed,
        type: event.type,
        directiveId: event.directiveId,
        supersededById: event.supersededById,
      };
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return { ...placed, ...presentReceipt(event, viewer) };
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
    case 'discussion.read':
      return { ...placed, ...presentDiscussion(event, viewer.accountId) };
    case 'mail.held':
      return {
        ...placed,
        type: event.type,
        ...(event.moderatorIds.includes(viewer.accountId) ? { task: presentHeld(event) } : {}),
      };
    case 'mail.decided':
      return { ...placed, type: event.type, heldId: event.heldId, state: event.state };
    case 'outbound.settled':
      return { ...placed, type: event.type, messageId: event.messageId, settled: event.settled };
    case 'sending.limited':
      return { ...placed, type: event.type, accountId: event.accountId, address: event.address };
    case 'mail.delivered':
    case 'mailbox.changed':
    case 'membership.changed':
      return { ...placed, type: event.type };
    case 'mail.queued':
    case 'absence.due':
    case 'content.read':
    case 'reply.received':
    case 'outside.replied':
    case 'outside.acknowledged':
    case 'administration.changed':
      return undefined;
    case 'organisation.imported':
      return { ...placed, type: 'membership.changed' };
    case 'session.ended':
      return undefined;
  }
}

/** A directive as it stood at its issue; also the answer to whoever issued it. */
export function presentIssued(event: DirectiveIssued, viewer: Viewer): DirectiveView {
  const issuer = hearsAsIssuer(viewer, event.directive.issuerAccountId, event.issuerPositionId);
  const seen = event.assignments.filter((assignment) => issuer || viewer.rooms.has(assignment.room));
  const recipient = event.assignments.some((assignment) => viewer.rooms.has(assignment.room));
  return {
    ...directiveWords(event.directive),
    assignments: seen.map((assignment) => presentAssignment(assignment, issuer)),
    ...(recipient ? { mine: {} } : {}),
    ...(issuer ? { board: event.counts } : {}),
  };
}

/** Equal for viewers to whom `present` answers the same. Cheap: it runs once per socket and event. */
export function viewKey(entry: LogEntry, viewer: Viewer): string {
  const { event } = entry;
  if (isDocumentEvent(event)) return '';
  if (isWork(event)) return workViewKey(event, viewer);
  switch (event.type) {
    case 'directive.issued':
      return [
        hearsAsIssuer(viewer, event.directive.issuerAccountId, event.issuerPositionId) ? 'issuer' : '',
        ...event.assignments
          .filter((assignment) => viewer.rooms.has(assignment.room))
          .map((assignment) => assignment.ordinal),
      ].join(',');
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return `account:${viewer.accountId}`;
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
    case 'discussion.read':
      return discussionViewKey(event, viewer.accountId);
    case 'mail.held':
      return event.moderatorIds.includes(viewer.accountId) ? 'moderator' : '';
    case 'mail.decided':
    case 'outbound.settled':
    case 'sending.limited':
    case 'mail.queued':
    case 'absence.due':
    case 'reply.received':
    case 'outside.replied':
    case 'outside.acknowledged':
    case 'directive.recalled':
    case 'directive.superseded':
    case 'mail.delivered':
    case 'mailbox.changed':
    case 'membership.changed':
    case 'organisation.imported':
    case 'session.ended':
    case 'content.read':
    case 'administration.changed':
      return '';
  }
}

function presentHeld(event: MailHeld): HeldTaskView {
  return {
    id: event.heldId,
    group: event.groupName ?? '',
    sender: event.sender,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    heldAt: event.heldAt,
  };
}

function presentReceipt(event: ReceiptRecorded, viewer: Viewer) {
  const issuer = hearsAsIssuer(viewer, event.issuerAccountId, event.issuerPositionId);
  const mine = event.accounts?.some((account) => account.id === viewer.accountId) ?? false;
  const seen = event.assignments.filter(
    ({ room, above }) => issuer || [room, ...(above ?? [])].some((name) => viewer.rooms.has(name)),
  );
  return {
    type: event.type,
    directiveId: event.directiveId,
    assignmentIds: seen.map((assignment) => assignment.id),
    receiptAt: event.receiptAt,
    mine,
    ...(issuer ? { board: event.counts } : {}),
    ...(issuer && event.accounts !== undefined ? { accounts: event.accounts } : {}),
  };
}
