import { Type } from 'typebox';

const strict = { additionalProperties: false };

/** Lengths are only walls against absurd input; the rules are the domain's. */
const text = Type.String({
  maxLength: 200_000,
  description: 'Plain text. Mentions: <@person:ID>, <@unit:ID>, <@role:UNIT/AUTHORITY>.',
});

export const addCommentRequest = Type.Object(
  { text, replyTo: Type.Optional(Type.String({ format: 'uuid' })) },
  strict,
);
export const editCommentRequest = Type.Object({ text }, strict);
export const readMarkRequest = Type.Object(
  { upTo: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }) },
  strict,
);
