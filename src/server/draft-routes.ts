import { Type } from 'typebox';
import { issueDraft, scheduleDraft, unscheduleDraft } from '#app/directive/issue-draft.ts';
import { issueInBulk } from '#app/directive/issue-in-bulk.ts';
import { changeDraft, createDraft, discardDraft, listDrafts } from '#app/directive/keep-drafts.ts';
import type { Hub } from '#app/hub.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { draftStates } from '#domain/directive/draft.ts';
import { presentContent } from '#protocol/draft.ts';
import { presentIssued } from '#protocol/present.ts';
import { draftRequest } from '#protocol/request.ts';
import { directiveView } from '#protocol/view.ts';
import { matchHeaders, ownContent, versionOf, versionView } from './draft-content.ts';
import {
  answers,
  idempotencyHeaders,
  idParams,
  limitOf,
  noBody,
  pageQuery,
  type RouteApp,
} from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const uuid = Type.String({ format: 'uuid' });
const idView = Type.Object({ id: Type.String() });

const draftView = Type.Object({
  id: Type.String(),
  version: Type.Integer({ description: 'Send it as If-Match with a change.' }),
  state: Type.Enum([...draftStates]),
  content: draftRequest,
  issueAt: Type.Optional(time),
  failure: Type.Optional(Type.String({ description: 'Code of the refusal that stopped a scheduled issue.' })),
  createdAt: time,
});

/** Directives before their issue. All of them are the caller's own. */
export function draftRoutes(app: RouteApp, hub: Hub): void {
  keepingRoutes(app, hub);
  issuingRoutes(app, hub);
}

function keepingRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/drafts',
    {
      schema: {
        summary: 'Drafts and those that wait for their time, newest first.',
        querystring: Type.Object(pageQuery, strict),
        response: answers(
          200,
          Type.Object({ items: Type.Array(draftView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { actor } = sessionOf(request);
      const page = await listDrafts(hub, { actor, limit: limitOf(limit), cursor });
      return {
        ...page,
        items: page.items.map(({ id, version, state, content, issueAt, failure, createdAt }) => ({
          id,
          version,
          state,
          content: presentContent(content),
          ...(issueAt === undefined ? {} : { issueAt: issueAt.toISOString() }),
          ...(failure === undefined ? {} : { failure }),
          createdAt: createdAt.toISOString(),
        })),
      };
    },
  );
  app.post(
    '/drafts',
    {
      schema: {
        summary: 'Keep a directive that is not ready.',
        headers: idempotencyHeaders,
        body: draftRequest,
        response: answers(201, idView),
      },
    },
    async (request, reply) => {
      const { id } = await createDraft(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        content: ownContent(request.body),
      });
      return reply.code(201).send({ id });
    },
  );
  app.put(
    '/drafts/:id',
    {
      schema: {
        summary: 'Write a draft anew.',
        headers: matchHeaders,
        params: idParams,
        body: draftRequest,
        response: answers(200, versionView),
      },
    },
    (request) =>
      changeDraft(hub, {
        ...onDraft(request),
        content: ownContent(request.body),
        version: versionOf(request.headers['if-match']),
      }),
  );
  app.post(
    '/drafts/:id/discard',
    {
      schema: {
        summary: 'Throw a draft away.',
        headers: idempotencyHeaders,
        params: idParams,
        body: noBody,
        response: answers(200, idView),
      },
    },
    (request) => discardDraft(hub, onDraft(request)),
  );
}

function issuingRoutes(app: RouteApp, hub: Hub): void {
  app.post(
    '/drafts/:id/issue',
    {
      schema: {
        summary: 'Issue a draft as it stands.',
        headers: idempotencyHeaders,
        params: idParams,
        body: noBody,
        response: answers(201, directiveView),
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const { id, event } = await issueDraft(hub, onDraft(request));
      const issued = presentIssued(event, { accountId: actor.accountId, rooms: new Set(roomsOf(actor)) });
      return reply.code(201).header('location', `/api/v1/directives/${id}`).send(issued);
    },
  );
  app.post(
    '/drafts/:id/schedule',
    {
      schema: {
        summary: 'Let a draft be issued at a time, or at the next working hour after it.',
        headers: idempotencyHeaders,
        params: idParams,
        body: Type.Object({ issueAt: time, workingTime: Type.Optional(Type.Boolean()) }, strict),
        response: answers(200, Type.Object({ id: Type.String(), issueAt: time })),
      },
    },
    async (request) => {
      const { id, issueAt } = await scheduleDraft(hub, {
        ...onDraft(request),
        issueAt: new Date(request.body.issueAt),
        workingTime: request.body.workingTime ?? false,
      });
      return { id, issueAt: issueAt.toISOString() };
    },
  );
  app.post(
    '/drafts/:id/unschedule',
    {
      schema: {
        summary: 'Take a draft back from the schedule.',
        headers: idempotencyHeaders,
        params: idParams,
        body: noBody,
        response: answers(200, idView),
      },
    },
    (request) => unscheduleDraft(hub, onDraft(request)),
  );
  app.post(
    '/directives/bulk',
    {
      schema: {
        summary: 'Issue one directive for each quick list, with the words of one template.',
        description:
          'Each is issued or refused for itself. A repeat with the same key goes on where it stopped.',
        headers: idempotencyHeaders,
        body: Type.Object({ templateId: uuid, listIds: Type.Array(uuid, { maxItems: 500 }) }, strict),
        response: answers(
          200,
          Type.Object({
            items: Type.Array(
              Type.Object({
                listId: Type.String(),
                id: Type.Optional(Type.String()),
                code: Type.Optional(Type.String()),
                refused: Type.Optional(Type.String({ description: 'docs/errors.md' })),
              }),
            ),
          }),
        ),
      },
    },
    async (request) => {
      const { templateId, listIds } = request.body;
      const items = await issueInBulk(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        templateId,
        listIds,
      });
      return { items: [...items] };
    },
  );
}

function onDraft(request: {
  readonly params: { readonly id: string };
  readonly headers: { readonly 'idempotency-key'?: string | undefined };
}) {
  return {
    actor: sessionOf(request as Parameters<typeof sessionOf>[0]).actor,
    id: request.params.id,
    key: request.headers['idempotency-key'],
  };
}
