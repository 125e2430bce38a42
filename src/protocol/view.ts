import { Type, type Static } from 'typebox';
import { assignmentStates } from '#domain/directive/assignment-state.ts';
import { directiveStates } from '#domain/directive/directive-state.ts';
import { originKinds } from '#domain/directive/origin.ts';
import { roles, urgencies } from '#domain/directive/directive.ts';
import { evaluations } from '#domain/directive/work.ts';

/** The shapes that cross the wire, for HTTP, the socket and the page alike. Times are ISO 8601 in UTC. */

const oneOf = <Value extends string>(values: readonly Value[]) => Type.Enum([...values] as Value[]);
const time = Type.String({ format: 'date-time' });

export const urgencySchema = oneOf(urgencies);
export const roleSchema = oneOf(roles);

export const assignmentView = Type.Object({
  id: Type.String(),
  role: roleSchema,
  kind: oneOf(['person', 'unit', 'everyone'] as const),
  name: Type.String({ description: 'The person or unit; empty for everyone.' }),
  state: oneOf(assignmentStates),
  parentId: Type.Optional(Type.String({ description: 'The assignment that it is a part of.' })),
  title: Type.Optional(Type.String({ description: 'Where it is not the subject of the directive.' })),
  dueAt: Type.Optional(time),
  originalDueAt: Type.Optional(time),
  progress: Type.Optional(Type.Integer({ description: 'Percent, as last reported.' })),
  extensionCount: Type.Optional(Type.Integer()),
  /** The request for more time that waits for an answer. */
  extension: Type.Optional(Type.Object({ id: Type.String(), newDueAt: time, reason: Type.String() })),
  completedAt: Type.Optional(time),
  evaluation: Type.Optional(oneOf(evaluations)),
  replacesId: Type.Optional(Type.String({ description: 'The assignment that it was handed on from.' })),
});
export type AssignmentView = Static<typeof assignmentView>;

export const boardCounts = Type.Object({
  recipients: Type.Integer(),
  delivered: Type.Integer(),
  arrived: Type.Integer(),
  opened: Type.Integer(),
  acknowledged: Type.Integer(),
});

export const directiveView = Type.Object({
  id: Type.String(),
  code: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  urgency: urgencySchema,
  issuer: Type.Object({ name: Type.String(), title: Type.String(), unit: Type.String() }),
  issuedAt: time,
  dueAt: Type.Optional(time),
  dueKind: Type.Optional(oneOf(['working_days', 'date'] as const)),
  origin: Type.Optional(Type.Object({ kind: oneOf(originKinds), reference: Type.Optional(Type.String()) })),
  acknowledgeWithinMinutes: Type.Optional(Type.Integer()),
  contentHash: Type.String({ description: 'SHA-256 of the official words, in hex.' }),
  state: oneOf(directiveStates),
  recalledAt: Type.Optional(time),
  recallReason: Type.Optional(Type.String()),
  completedAt: Type.Optional(time),
  supersedesId: Type.Optional(Type.String({ description: 'The directive that it takes the place of.' })),
  supersededById: Type.Optional(Type.String()),
  /** Only those the viewer may see: all for the issuer, their own for a recipient. */
  assignments: Type.Array(assignmentView),
  /** The viewer's own receipts, when the viewer is a recipient. */
  mine: Type.Optional(Type.Object({ openedAt: Type.Optional(time), acknowledgedAt: Type.Optional(time) })),
  /** Receipts counted over all recipients, for the issuer. */
  board: Type.Optional(boardCounts),
});
export type DirectiveView = Static<typeof directiveView>;

export const meView = Type.Object({
  accountId: Type.String(),
  address: Type.String(),
  name: Type.String(),
  title: Type.String(),
  unit: Type.String(),
  locale: oneOf(['vi', 'en'] as const),
  mayIssue: Type.Boolean(),
  mayIssueToEveryone: Type.Boolean(),
  administrator: Type.Boolean(),
  /** The province is simulated: the page says so. */
  simulated: Type.Boolean(),
  /** Mail to other domains is caught in the hub and leaves for nowhere: the page says so. */
  rehearsal: Type.Boolean(),
});
export type MeView = Static<typeof meView>;

/** A message that waits for the viewer's word as a moderator. */
export const heldTaskView = Type.Object({
  id: Type.String(),
  group: Type.String({ description: 'The name of the group it was written to.' }),
  sender: Type.String(),
  subject: Type.Optional(Type.String()),
  heldAt: time,
});
export type HeldTaskView = Static<typeof heldTaskView>;

export const snapshotView = Type.Object({
  position: Type.Integer({ description: 'The log position that this state includes.' }),
  at: time,
  me: meView,
  directives: Type.Array(directiveView, { description: 'Newest first.' }),
  heldMail: Type.Array(heldTaskView, { description: 'What waits for the viewer, oldest first.' }),
});
export type SnapshotView = Static<typeof snapshotView>;

export const boardRow = Type.Object({
  accountId: Type.String(),
  name: Type.String(),
  address: Type.String(),
  unit: Type.String(),
  assignmentIds: Type.Array(Type.String()),
  deliveredAt: time,
  arrivedAt: Type.Optional(time),
  openedAt: Type.Optional(time),
  openedBy: Type.Optional(Type.String()),
  acknowledgedAt: Type.Optional(time),
});
export type BoardRow = Static<typeof boardRow>;

export const boardView = Type.Object({
  position: Type.Integer(),
  directive: directiveView,
  counts: boardCounts,
  assignments: Type.Array(Type.Intersect([assignmentView, Type.Object({ recipients: Type.Integer() })])),
  recipients: Type.Object({
    items: Type.Array(boardRow, { description: 'Not yet acknowledged first.' }),
    nextCursor: Type.Optional(Type.String()),
  }),
});
export type BoardView = Static<typeof boardView>;

export const personView = Type.Object({
  id: Type.String(),
  accountId: Type.String(),
  name: Type.String(),
  address: Type.String(),
  title: Type.String(),
  unit: Type.String(),
});
export type PersonView = Static<typeof personView>;

export const unitView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  code: Type.String(),
  level: oneOf(['province', 'district', 'commune'] as const),
  parent: Type.Optional(Type.String()),
});
export type UnitView = Static<typeof unitView>;

export const groupView = Type.Object({ id: Type.String(), name: Type.String(), members: Type.Integer() });
export type GroupView = Static<typeof groupView>;
