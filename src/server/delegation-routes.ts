import { Type } from 'typebox';
import { createDelegation } from '#app/delegation/create-delegation.ts';
import { listDelegations } from '#app/delegation/list-delegations.ts';
import { revokeDelegation } from '#app/delegation/revoke-delegation.ts';
import type { Hub } from '#app/hub.ts';
import { delegationScopes, delegationStates } from '#domain/organisation/delegation.ts';
import {
  answers,
  idempotencyHeaders,
  idParams,
  limitOf,
  noBody,
  noNul,
  pageQuery,
  type RouteApp,
} from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const uuid = Type.String({ format: 'uuid' });

const postView = Type.Object({
  positionId: Type.String(),
  title: Type.String(),
  unit: Type.String(),
  holder: Type.String(),
});

const delegationView = Type.Object({
  id: Type.String(),
  from: postView,
  to: postView,
  scope: Type.Enum([...delegationScopes], {
    description: 'process: the work of the unit; direct: issue and decide; sign_TUQ: sign by authority.',
  }),
  documentRef: Type.String(),
  validFrom: time,
  validTo: time,
  revokedAt: Type.Optional(time),
  state: Type.Enum([...delegationStates]),
});

/** Delegation of authority (ủy quyền): by who holds the post, or an administrator. */
export function delegationRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/delegations',
    {
      schema: {
        summary:
          'Delegations from and to the caller’s posts, newest first; all of them for an administrator.',
        querystring: Type.Object(pageQuery, strict),
        response: answers(
          200,
          Type.Object({ items: Type.Array(delegationView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { actor } = sessionOf(request);
      const page = await listDelegations(hub, { actor, limit: limitOf(limit), cursor });
      return {
        ...page,
        items: page.items.map(({ validFrom, validTo, revokedAt, ...delegation }) => ({
          ...delegation,
          validFrom: validFrom.toISOString(),
          validTo: validTo.toISOString(),
          ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
        })),
      };
    },
  );

  app.get(
    '/people/:id/posts',
    {
      schema: {
        summary: 'The posts that a person holds now, the primary one first.',
        params: idParams,
        response: answers(200, Type.Object({ items: Type.Array(postView) })),
      },
    },
    async (request) => ({
      items: [...(await hub.delegations.postsOf(request.params.id, hub.clock.now()))],
    }),
  );

  app.post(
    '/delegations',
    {
      schema: {
        summary: 'Delegate the authority of a post, at once or from a time.',
        headers: idempotencyHeaders,
        body: Type.Object(
          {
            fromPositionId: uuid,
            toPersonId: uuid,
            scope: Type.Enum([...delegationScopes]),
            documentRef: Type.String({ maxLength: 2000, pattern: noNul }),
            validFrom: time,
            validTo: time,
          },
          strict,
        ),
        response: answers(201, Type.Object({ id: Type.String() })),
      },
    },
    async (request, reply) => {
      const { fromPositionId, toPersonId, scope, documentRef, validFrom, validTo } = request.body;
      const { id } = await createDelegation(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        fromPositionId,
        toPersonId,
        scope,
        documentRef,
        validFrom: new Date(validFrom),
        validTo: new Date(validTo),
      });
      return reply.code(201).send({ id });
    },
  );

  app.post(
    '/delegations/:id/revoke',
    {
      schema: {
        summary: 'Take a delegation back, at once.',
        headers: idempotencyHeaders,
        params: idParams,
        body: noBody,
        response: answers(200, Type.Object({ id: Type.String() })),
      },
    },
    (request) =>
      revokeDelegation(hub, {
        actor: sessionOf(request).actor,
        id: request.params.id,
        key: request.headers['idempotency-key'],
      }),
  );
}
