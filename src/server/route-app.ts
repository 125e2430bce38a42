import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { Type, type TSchema } from 'typebox';
import { HubError } from '#domain/hub-error.ts';
import { httpLimits } from './http-limits.ts';

/** Fastify with schemas that give the handlers their types. */
export type RouteApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const problemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'docs/errors.md' }),
    detail: Type.String(),
    field: Type.Optional(Type.String()),
    requestId: Type.String(),
  },
  { description: 'Problem details (RFC 9457).' },
);

/** Problem details for every refusal, for routes whose own answer is no JSON. */
export const refusals = { '4xx': problemSchema, '5xx': problemSchema };

/** A route's answers: its own, and problem details for every refusal. */
export function answers<Status extends number, Schema extends TSchema>(
  status: Status,
  schema: Schema,
): Record<Status, Schema> & Record<'4xx' | '5xx', typeof problemSchema> {
  return { [status]: schema, '4xx': problemSchema, '5xx': problemSchema };
}

export const idParams = Type.Object({ id: Type.String({ format: 'uuid' }) }, { additionalProperties: false });

/** `%00` in a URL is NUL, which PostgreSQL cannot compare with anything. */
export const noNul = '^[^\\u0000]*$';

/** Nothing, or `{}`; a body that was not sent is validated as null. */
export const noBody = Type.Union([Type.Object({}, { additionalProperties: false }), Type.Null()]);

/** Query strings are text; numbers in them are read by `limitOf`, so that nothing is coerced by accident. */
export const pageQuery = {
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$' })),
  cursor: Type.Optional(Type.String({ maxLength: httpLimits.queryCharactersMax, pattern: noNul })),
};

export function limitOf(text: string | undefined, max: number = httpLimits.listItemsMax): number {
  const limit = text === undefined ? httpLimits.listItemsDefault : Number(text);
  if (limit < 1 || limit > max) throw new HubError('bad_input', { field: 'limit' });
  return limit;
}

export const idempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'The same key gives the first answer again.', minLength: 1, maxLength: 200 }),
  ),
});
