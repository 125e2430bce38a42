import { Type } from 'typebox';
import { changePreset, createPreset, deletePreset, listPresets } from '#app/directive/keep-presets.ts';
import type { Hub } from '#app/hub.ts';
import { presetKinds } from '#domain/directive/draft.ts';
import { presentContent } from '#protocol/draft.ts';
import { draftRequest } from '#protocol/request.ts';
import { matchHeaders, ownContent, versionOf, versionView } from './draft-content.ts';
import { answers, idempotencyHeaders, idParams, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const idView = Type.Object({ id: Type.String() });
const presetKind = Type.Enum([...presetKinds], { description: 'quick_list: recipients; template: words.' });
const name = Type.String({ maxLength: 20_000 });
const presetView = Type.Object({
  id: Type.String(),
  kind: presetKind,
  name: Type.String(),
  version: Type.Integer(),
  content: draftRequest,
});

/** What an account keeps to write directives faster: recipients and words. */
export function presetRoutes(app: RouteApp, hub: Hub): void {
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
        key: request.headers['idempotency-key'],
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
