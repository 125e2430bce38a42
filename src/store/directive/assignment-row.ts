import { isOpen, type AssignmentState } from '#domain/directive/assignment-state.ts';
import { isWithdrawn, type DirectiveState } from '#domain/directive/directive-state.ts';
import type { AssigneeKind, Assignment, Role } from '#domain/directive/directive.ts';
import type { Evaluation } from '#domain/directive/work.ts';

export interface AssignmentRow {
  readonly id: string;
  readonly directive_id: string;
  readonly ordinal: number;
  readonly role: Role;
  readonly assignee_kind: AssigneeKind;
  readonly assignee_id: string | null;
  readonly assignee_name: string;
  readonly room: string;
  readonly above: string[] | null;
  readonly recipient_count: number;
  readonly arrived_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly parent_id: string | null;
  readonly title: string | null;
  readonly given_at: Date;
  readonly due_at: Date | null;
  readonly original_due_at: Date | null;
  readonly work_state: AssignmentState | null;
  readonly progress: number | null;
  readonly extension_count: number;
  readonly extension_id: string | null;
  readonly extension_due_at: Date | null;
  readonly extension_reason: string | null;
  readonly completed_at: Date | null;
  readonly evaluation: Evaluation | null;
  readonly replaces_id: string | null;
}

/** `acknowledgedByViewer`: an assignment of everyone counts as acknowledged for a recipient when that recipient has. */
export function assignmentOf(
  row: AssignmentRow,
  directiveState: DirectiveState,
  acknowledgedByViewer: boolean,
): Assignment {
  return {
    id: row.id,
    directiveId: row.directive_id,
    ordinal: row.ordinal,
    role: row.role,
    assigneeKind: row.assignee_kind,
    ...given('assigneeId', row.assignee_id),
    assigneeName: row.assignee_name,
    room: row.room,
    recipientCount: row.recipient_count,
    state: stateOf(row, directiveState, acknowledgedByViewer),
    ...given('parentId', row.parent_id),
    ...given('title', row.title),
    ...given('dueAt', row.due_at),
    ...given('originalDueAt', row.original_due_at),
    ...given('progress', row.progress),
    ...(row.extension_count === 0 ? {} : { extensionCount: row.extension_count }),
    ...given('extensionId', row.extension_id),
    ...given('extensionDueAt', row.extension_due_at),
    ...given('extensionReason', row.extension_reason),
    ...given('completedAt', row.completed_at),
    ...given('evaluation', row.evaluation),
    ...given('replacesId', row.replaces_id),
  };
}

function stateOf(
  row: AssignmentRow,
  directiveState: DirectiveState,
  acknowledgedByViewer: boolean,
): AssignmentState {
  const acknowledged =
    row.acknowledged_at !== null || (row.assignee_kind === 'everyone' && acknowledgedByViewer);
  const received = acknowledged ? 'acknowledged' : row.arrived_at === null ? 'sent' : 'arrived';
  const state = row.work_state ?? received;
  return isWithdrawn(directiveState) && isOpen(state) ? 'cancelled' : state;
}

function given<Name extends string, Value>(name: Name, value: Value | null): Partial<Record<Name, Value>> {
  return value === null ? {} : ({ [name]: value } as Record<Name, Value>);
}
