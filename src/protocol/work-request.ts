import { Type } from 'typebox';
import { evaluations } from '#domain/directive/work.ts';
import { roleSchema } from './view.ts';

/** Bodies of work on assignments. As in `request.ts`, lengths are walls; the rules are the domain's. */
const strict = { additionalProperties: false };
const id = Type.String({ format: 'uuid' });
const time = Type.String({ format: 'date-time' });
const words = Type.String({ maxLength: 100_000 });
const note = Type.Optional(words);

export const reasonRequest = Type.Object({ reason: words }, strict);
/** Nothing, or a note. */
export const confirmRequest = Type.Union([Type.Object({ note }, strict), Type.Null()]);
export const denyRequest = Type.Object({ note: words }, strict);
export const reportRequest = Type.Object({ percent: Type.Integer(), text: words }, strict);
export const submitRequest = Type.Object({ text: words }, strict);
export const extensionRequest = Type.Object({ newDueAt: time, reason: words }, strict);
export const evaluateRequest = Type.Object({ evaluation: Type.Enum([...evaluations]), note }, strict);
export const remindRequest = Type.Object({ text: words }, strict);
export const remindManyRequest = Type.Object(
  { ids: Type.Array(id, { maxItems: 1000 }), text: words },
  strict,
);

const performer = { kind: Type.Enum(['person', 'unit']), id };

export const reassignRequest = Type.Object({ to: Type.Object(performer, strict), reason: words }, strict);
export const delegateRequest = Type.Object(
  {
    parts: Type.Array(
      Type.Object({ role: roleSchema, ...performer, title: note, dueAt: Type.Optional(time) }, strict),
      { maxItems: 2000 },
    ),
    note,
  },
  strict,
);
