import { Type } from 'typebox';
import { evaluations, workKinds } from '#domain/directive/work.ts';

const time = Type.String({ format: 'date-time' });

const timelineEntry = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['issued', 'superseded', 'recalled', ...workKinds]),
  at: time,
  /** Absent: it concerns the whole directive. */
  assignmentId: Type.Optional(Type.String()),
  assignee: Type.Optional(Type.String()),
  by: Type.Object({
    name: Type.String(),
    title: Type.String(),
    onBehalfOf: Type.Optional(Type.String({ description: 'For whom it was done (thay mặt).' })),
  }),
  text: Type.Optional(Type.String()),
  percent: Type.Optional(Type.Integer()),
  newDueAt: Type.Optional(time),
  previousDueAt: Type.Optional(time),
  evaluation: Type.Optional(Type.Enum([...evaluations])),
  from: Type.Optional(Type.String()),
  to: Type.Optional(Type.String()),
});

export const timelineView = Type.Object({
  items: Type.Array(timelineEntry),
  nextCursor: Type.Optional(Type.String()),
});
