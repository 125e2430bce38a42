import { Type } from 'typebox';
import { issueDraft, scheduleDraft, unscheduleDraft } from '#app/directive/issue-draft.ts';
import { issueInBulk } from '#app/directive/issue-in-bulk.ts';
import { changeDraft, createDraft, discardDraft, listDrafts } from '#app/directive/keep-drafts.ts';
import { changePreset, createPreset, deletePreset, listPresets } from '#app/directive/keep-presets.ts';
import type { Hub } from '#app/hub.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { draftStates, presetKinds, type DraftContent } from '#domain/directive/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import { contentOf } from '#protocol/draft.ts';
import { presentIssued } from '#protocol/present.ts';
import { draftRequest } from '#protocol/request.ts';
import { directiveView } from '#protocol/view.ts';
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
const versionView = Type.Object({ id: Type.String(), version: Type.Integer() });
const presetKind = Type.Enum([...presetKinds], { description: 'quick_list: recipients; template: words.' });
const name = Type.String({ maxLength: 20_000 });

const draftView = Type.Object({
  id: Type.String(),
  version: Type.Integer({ description: 'Send it as If-Match with a change.' }),
  state: Type.Enum([...draftStates]),
  content: draftRequest,
  issueAt: Type.Optional(time),
  failure: Type.Optional(Type.String({ description: 'Code of the refusal that stopped a scheduled issue.' })),
  createdAt: time,
});
const presetView = Type.Object({
  id: Type.String(),
  kind: presetKind,
  name: Type.String(),
  version: Type.Integer(),
  content: draftRequest,
});
const matchHeaders = Type.Object({
  ...idempotencyHeaders.properties,
  'if-match': Type.String({ pattern: '^"?[0-9]{1,9}"?$', description: 'The version that was changed.' }),
});

/** Directives before their issue, and what an account keeps to write them faster. All of it is the caller's own. */
export function draftRoutes(app: RouteApp, hub: Hub): void {
  keepingRoutes(app, hub);
  issuingRoutes(app, hub);
  presetRoutes(app, hub);
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

function presetRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/presets',
    {
      schema: {
        summary: 'Quick lists or templates of the caller, by name.',
        querystring: Type.Object({ kind: presetKind }, strict),
        response: answers(200, Type.Object({ items: Type.Array(presetView) })),
      },
    },
    async (request) => {
      const presets = await listPresets(hub, { actor: sessionOf(request).actor, kind: request.query.kind });
      return {
        items: presets.map(({ id, kind, name: called, version, content }) => ({
          id,
          kind,
          name: called,
          version,
          content: presentContent(content),
        })),
      };
    },
  );
  app.post(
    '/presets',
    {
      schema: {
        summary: 'Keep a quick list or a template.',
        headers: idempotencyHeaders,
        body: Type.Object({ kind: presetKind, name, content: draftRequest }, strict),
        response: answers(201, idView),
      },
    },
    async (request, reply) => {
      const { id } = await createPreset(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        kind: request.body.kind,
        name: request.body.name,
        content: ownContent(request.body.content),
      });
      return reply.code(201).send({ id });
    },
  );
  app.put(
    '/presets/:id',
    {
      schema: {
        summary: 'Change a quick list or a template.',
        headers: matchHeaders,
        params: idParams,
        body: Type.Object({ name, content: draftRequest }, strict),
        response: answers(200, versionView),
      },
    },
    (request) =>
      changePreset(hub, {
        actor: sessionOf(request).actor,
        id: request.params.id,
        version: versionOf(request.headers['if-match']),
        name: request.body.name,
        content: ownContent(request.body.content),
      }),
  );
  app.delete(
    '/presets/:id',
    {
      schema: {
        summary: 'Delete a quick list or a template.',
        params: idParams,
        response: answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      await deletePreset(hub, { actor: sessionOf(request).actor, id: request.params.id });
      return reply.code(204).send(null);
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

function versionOf(match: string): number {
  return Number(match.replaceAll('"', ''));
}

/** The secrecy level is a question of the door: whatever is kept has none. */
function ownContent(request: Parameters<typeof contentOf>[0]): DraftContent {
  if (request.secrecy !== undefined && request.secrecy !== 'none')
    throw new HubError('secret_content', { field: 'secrecy' });
  return contentOf(request);
}

function presentContent({ dueAt, recipients, ...content }: DraftContent) {
  return {
    ...content,
    ...(dueAt === undefined ? {} : { dueAt: dueAt.toISOString() }),
    ...(recipients === undefined ? {} : { recipients: [...recipients] }),
  };
}
