import { furtherState, isOpen, type AssignmentState } from '#domain/directive/assignment-state.ts';
import { isWork } from '#domain/directive/work-event.ts';
import { isDocumentEvent } from '#domain/document/document-event.ts';
import { applyWork } from './apply-work.ts';
import type { Change, ReceiptChange } from './change.ts';
import type { AssignmentView, DirectiveView, HeldTaskView, SnapshotView } from './view.ts';

/** What the page keeps: a snapshot moved forward by changes. `directives` are newest first. */
export type ClientState = SnapshotView;

/**
 * The one fold. A change at or before the state's position, or met before, changes nothing; the older of two receipts
 * never takes back the newer. Old snapshot + changes = fresh snapshot.
 */
export function apply(state: ClientState, change: Change): ClientState {
  if (change.position <= state.position) return state;
  const moved = { ...state, position: change.position, at: change.at };
  // Lists of documents are folds of their own (apply-documents.ts).
  if (isDocumentEvent(change)) return moved;
  if (isWork(change)) return { ...moved, directives: applyWork(state.directives, change, withDirective) };
  switch (change.type) {
    case 'directive.issued':
      return { ...moved, directives: withDirective(state.directives, change.directive) };
    case 'directive.recalled':
      return {
        ...moved,
        directives: change1(state.directives, change.directiveId, (directive) => ({
          ...directive,
          state: 'recalled',
          recalledAt: change.recalledAt,
          recallReason: change.reason,
          assignments: directive.assignments.map(withdrawn),
        })),
      };
    case 'directive.superseded':
      return {
        ...moved,
        directives: change1(state.directives, change.directiveId, (directive) => ({
          ...directive,
          state: 'superseded',
          supersededById: change.supersededById,
          assignments: directive.assignments.map(withdrawn),
        })),
      };
    case 'assignment.arrived':
    case 'assignment.opened':
    case 'assignment.acknowledged':
      return {
        ...moved,
        directives: change1(state.directives, change.directiveId, (one) => withReceipt(one, change)),
      };
    case 'mail.held':
      return change.task === undefined
        ? moved
        : { ...moved, heldMail: withTask(state.heldMail, change.task) };
    case 'mail.decided':
      return { ...moved, heldMail: state.heldMail.filter((task) => task.id !== change.heldId) };
    // A discussion has a fold of its own (applyDiscussion).
    case 'comment.added':
    case 'comment.edited':
    case 'comment.deleted':
    case 'discussion.read':
    case 'outbound.settled':
    case 'sending.limited':
    case 'mail.delivered':
    case 'mailbox.changed':
    case 'membership.changed':
      return moved;
  }
}

function change1(
  directives: readonly DirectiveView[],
  id: string,
  alter: (directive: DirectiveView) => DirectiveView,
): DirectiveView[] {
  return directives.map((directive) => (directive.id === id ? alter(directive) : directive));
}

/** What was open when its directive was withdrawn. */
function withdrawn(assignment: AssignmentView): AssignmentView {
  return isOpen(assignment.state) ? { ...assignment, state: 'cancelled' } : assignment;
}

function withTask(tasks: readonly HeldTaskView[], added: HeldTaskView): HeldTaskView[] {
  return tasks.some((task) => task.id === added.id) ? [...tasks] : [...tasks, added].sort(oldestFirst);
}

function oldestFirst(left: HeldTaskView, right: HeldTaskView): number {
  if (left.heldAt !== right.heldAt) return left.heldAt < right.heldAt ? -1 : 1;
  return left.id < right.id ? -1 : Number(left.id > right.id);
}

function withDirective(directives: readonly DirectiveView[], added: DirectiveView): DirectiveView[] {
  if (directives.some((directive) => directive.id === added.id)) return [...directives];
  // Not toSorted: the oldest browsers of the communes (client.md §6) do not have it.
  return [added, ...directives].sort(newestFirst);
}

function newestFirst(left: DirectiveView, right: DirectiveView): number {
  if (left.issuedAt !== right.issuedAt) return left.issuedAt < right.issuedAt ? 1 : -1;
  if (left.code === right.code) return 0;
  return left.code < right.code ? 1 : -1;
}

function withReceipt(directive: DirectiveView, change: ReceiptChange): DirectiveView {
  const acknowledged = change.type === 'assignment.acknowledged';
  const reached: AssignmentState = acknowledged ? 'acknowledged' : 'arrived';
  const issuer = directive.board !== undefined;
  // A recipient's own copy knows only sent and acknowledged: who reads it need not be told that it arrived. The
  // assignment of everyone is acknowledged for a recipient when that recipient has, for the issuer when all have.
  const moves = (assignment: AssignmentView) =>
    change.assignmentIds.includes(assignment.id)
      ? issuer || acknowledged
      : !issuer && acknowledged && change.mine && assignment.kind === 'everyone';
  return {
    ...directive,
    assignments: directive.assignments.map((assignment) =>
      moves(assignment) ? { ...assignment, state: furtherState(assignment.state, reached) } : assignment,
    ),
    ...(change.mine ? { mine: withOwnReceipt(directive.mine ?? {}, change) } : {}),
    ...(change.board === undefined ? {} : { board: change.board }),
  };
}

function withOwnReceipt(
  mine: NonNullable<DirectiveView['mine']>,
  change: ReceiptChange,
): NonNullable<DirectiveView['mine']> {
  if (change.type === 'assignment.arrived') return mine;
  const opened = { openedAt: mine.openedAt ?? change.receiptAt };
  if (change.type === 'assignment.opened') return { ...mine, ...opened };
  return { ...mine, ...opened, acknowledgedAt: mine.acknowledgedAt ?? change.receiptAt };
}
