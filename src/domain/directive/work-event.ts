import { rooms } from '#domain/room.ts';
import type { Stored } from '#domain/stored.ts';
import type { DirectiveState } from './directive-state.ts';
import type { Assignment, BoardCounts, Directive } from './directive.ts';
import type { WorkKind } from './work.ts';

/** Work on assignments as the log tells it. */
export type WorkEvent = WorkRecorded | DirectiveSuperseded;

export const workEventTypes = {
  accepted: 'assignment.accepted',
  delegated: 'assignment.delegated',
  returned: 'assignment.returned',
  insisted: 'assignment.insisted',
  reassigned: 'assignment.reassigned',
  reported: 'assignment.reported',
  extension_requested: 'extension.requested',
  extension_approved: 'extension.approved',
  extension_denied: 'extension.denied',
  extension_withdrawn: 'extension.withdrawn',
  submitted: 'assignment.submitted',
  endorsed: 'assignment.endorsed',
  confirmed: 'assignment.confirmed',
  rejected: 'assignment.rejected',
  evaluated: 'assignment.evaluated',
  reopened: 'assignment.reopened',
  cancelled: 'assignment.cancelled',
  reminded: 'assignment.reminded',
} as const satisfies Readonly<Record<WorkKind, string>>;

/** Who did it, as they stood then, and on whose behalf (thay mặt). */
export interface DoneBy {
  readonly accountId: string;
  readonly name: string;
  readonly title: string;
  readonly onBehalfOfPositionId?: string;
  /** Name and title of whoever the act was done for. */
  readonly onBehalfOf?: string;
}

/** One entry of a timeline: it never changes. */
export interface WorkRecord {
  readonly id: string;
  readonly directiveId: string;
  readonly assignmentId: string;
  readonly kind: WorkKind;
  readonly at: Date;
  readonly by: DoneBy;
  /** Reason, report, result or reminder, in the words of who did it. */
  readonly text?: string;
  readonly percent?: number;
  readonly newDueAt?: Date;
  readonly previousDueAt?: Date;
  readonly evaluation?: string;
  /** A reassignment: from whom to whom, by name. */
  readonly from?: string;
  readonly to?: string;
}

/** An assignment after the act, and the rooms of those above it in the tree. */
export interface MovedAssignment {
  readonly assignment: Stored<Assignment>;
  readonly above: readonly string[];
}

export interface WorkRecorded {
  readonly type: (typeof workEventTypes)[WorkKind];
  readonly directiveId: string;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
  readonly record: Stored<WorkRecord>;
  /** Everything that changed with it, whole, as it stands now; the one that was acted on first. */
  readonly moved: readonly MovedAssignment[];
  /** The directive's state after it. */
  readonly directiveState: DirectiveState;
  readonly completedAt?: string;
  /** Where the directive's own state changed: everyone who has it. */
  readonly rooms?: readonly string[];
  /** With new assignees: the words, because they have not heard them, and the counts with them. */
  readonly directive?: Stored<Directive>;
  readonly counts?: BoardCounts;
  /** Ids among `moved` that are new. */
  readonly added?: readonly string[];
}

const workTypes: ReadonlySet<string> = new Set(Object.values(workEventTypes));

/** Of the many kinds of work the log tells in one shape. */
export function isWork<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, { readonly type: WorkRecorded['type'] }> {
  return workTypes.has(event.type);
}

/** New words have taken its place: what was open in it is cancelled, its mail is marked as in a recall. */
export interface DirectiveSuperseded {
  readonly type: 'directive.superseded';
  readonly directiveId: string;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
  readonly supersededById: string;
  readonly supersededAt: string;
  readonly rooms: readonly string[];
}

/** Assignees and those above them; a room of everyone is told of the directive's state, never of somebody's work. */
export function roomsOfWork(event: WorkRecorded): readonly string[] {
  const concerned = event.moved
    .flatMap(({ assignment, above }) => [assignment.room, ...above])
    .filter((room) => room !== rooms.everyone);
  return [...concerned, ...(event.rooms ?? [])];
}
