import { Type, type Static } from 'typebox';
import { originKinds } from '#domain/directive/origin.ts';
import { roleSchema, urgencySchema } from './view.ts';

/**
 * Bodies that a client sends. Lengths here are only walls against absurd input; the rules with their codes are the
 * domain's, so that HTTP, the socket and mail refuse alike.
 */
const strict = { additionalProperties: false };
const id = Type.String({ format: 'uuid' });

/** PostgreSQL stores no NUL; the other control characters hide text from a reader. Line breaks and tabs pass. */
const noControls = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';
const reason = Type.String({ maxLength: 2000, pattern: noControls });

export const signInRequest = Type.Object(
  {
    address: Type.String({ minLength: 3, maxLength: 320, pattern: noControls }),
    password: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  strict,
);

export const recipientRequest = Type.Object(
  { role: roleSchema, kind: Type.Enum(['person', 'unit', 'group', 'everyone']), id: Type.Optional(id) },
  strict,
);

const issueFields = {
  subject: Type.String({ maxLength: 200_000 }),
  text: Type.String({ maxLength: 200_000 }),
  urgency: urgencySchema,
  /** Anything but `none` is refused: the hub takes no secret content (Law 29/2018/QH14). */
  secrecy: Type.Optional(Type.String({ maxLength: 40 })),
  dueAt: Type.Optional(Type.String({ format: 'date-time' })),
  /** In place of `dueAt`: counted from the issue by the calendar. */
  due: Type.Optional(
    Type.Union([
      Type.Object({ kind: Type.Literal('working_days'), days: Type.Integer() }, strict),
      Type.Object({ kind: Type.Literal('date'), date: Type.String({ maxLength: 40 }) }, strict),
    ]),
  ),
  origin: Type.Optional(
    Type.Object(
      { kind: Type.Enum([...originKinds]), reference: Type.Optional(Type.String({ maxLength: 20_000 })) },
      strict,
    ),
  ),
  acknowledgeWithinMinutes: Type.Optional(Type.Integer()),
  recipients: Type.Array(recipientRequest, { maxItems: 2000 }),
};

export const issueRequest = Type.Object(issueFields, strict);
export type IssueRequest = Static<typeof issueRequest>;

/** The same without recipients: they are those of the directive that it takes the place of. */
const { recipients: _recipients, ...wordFields } = issueFields;
export const supersedeRequest = Type.Object(wordFields, strict);
export type SupersedeRequest = Static<typeof supersedeRequest>;

/** A draft may lack anything. */
export const draftRequest = Type.Partial(issueRequest);
export type DraftRequest = Static<typeof draftRequest>;

export const recallRequest = Type.Object({ reason }, strict);

/** Socket commands carry their idempotency key beside the input. */
const key = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));

export const issueCommand = Type.Object({ key, ...issueFields }, strict);
export const recallCommand = Type.Object({ key, id, reason }, strict);
export const assignmentCommand = Type.Object({ key, id }, strict);
export const arrivedReport = Type.Object({ position: Type.Integer({ minimum: 0 }) }, strict);
