import { Type } from 'typebox';
import type { DocumentHub } from '#app/document/document-hub.ts';
import {
  findDuplicates,
  listWork,
  readDocument,
  readVersions,
  listDocuments,
} from '#app/document/read-documents.ts';
import { summaryOf } from '#domain/document/document-event.ts';
import { directions } from '#domain/document/document.ts';
import { contentView, documentDetailView, documentView, documentWorkView } from '#protocol/document-view.ts';
import { presentDetail } from './present-document.ts';
import { answers, idParams, limitOf, noNul, pageQuery, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const word = Type.String({ maxLength: 300, pattern: noNul });
const pageOf = (items: ReturnType<typeof Type.Object>) =>
  Type.Object({ items: Type.Array(items), nextCursor: Type.Optional(Type.String()) });

const versionView = Type.Object({
  number: Type.Integer(),
  savedAt: Type.String({ format: 'date-time' }),
  savedByName: Type.String(),
  contentHash: Type.String(),
  content: contentView,
});

/** What is read of documents; what is done with them is in the routes of their direction. */
export function documentRoutes(app: RouteApp, hub: DocumentHub): void {
  app.get(
    '/documents/work',
    {
      schema: {
        summary: 'Documents that somebody has to do something with, as far as the caller has a path to them.',
        description: 'With the log position it includes: later changes are folded into it.',
        response: answers(200, documentWorkView),
      },
    },
    async (request) => {
      const { position, items } = await listWork(hub, sessionOf(request).actor);
      return { position, items: items.map(summaryOf) };
    },
  );

  app.get(
    '/documents',
    {
      schema: {
        summary: 'Documents that the caller has a path to, newest first.',
        querystring: Type.Object(
          { ...pageQuery, direction: Type.Optional(Type.Enum([...directions])) },
          strict,
        ),
        response: answers(200, pageOf(documentView)),
      },
    },
    async (request) => {
      const { limit, cursor, direction } = request.query;
      const page = await listDocuments(hub, {
        actor: sessionOf(request).actor,
        direction,
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map(summaryOf) };
    },
  );

  app.get(
    '/documents/duplicates',
    {
      schema: {
        summary: 'Registered documents of the caller’s organ that may be the same as one that came in.',
        description: 'By the id of exchange, or by symbol and issuer, and the day where both have one.',
        querystring: Type.Object(
          {
            exchangeId: Type.Optional(word),
            symbol: Type.Optional(word),
            issuerName: Type.Optional(word),
            issuedOn: Type.Optional(Type.String({ maxLength: 20 })),
          },
          strict,
        ),
        response: answers(200, Type.Object({ items: Type.Array(documentView) })),
      },
    },
    async (request) => {
      const items = await findDuplicates(hub, { actor: sessionOf(request).actor, ...request.query });
      return { items: items.map(summaryOf) };
    },
  );

  app.get(
    '/documents/:id',
    {
      schema: {
        summary: 'A document with its history, deliveries, hand-overs and assignees.',
        params: idParams,
        response: answers(200, documentDetailView),
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const detail = await readDocument(hub, actor, request.params.id);
      await hub.recordRead({ actor, kind: 'document', id: request.params.id, ip: request.ip });
      void reply.header('etag', `"${detail.document.version}"`);
      return presentDetail(detail);
    },
  );

  app.get(
    '/documents/:id/versions',
    {
      schema: {
        summary: 'The versions of a draft, newest first.',
        params: idParams,
        querystring: Type.Object(pageQuery, strict),
        response: answers(200, pageOf(versionView)),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { actor } = sessionOf(request);
      const { id } = request.params;
      const page = await readVersions(hub, { actor, id, limit: limitOf(limit), cursor });
      await hub.recordRead({ actor, kind: 'document', id, ip: request.ip });
      const items = page.items.map(({ savedAt, content, ...version }) => ({
        ...version,
        savedAt: savedAt.toISOString(),
        content: content as never,
      }));
      return { ...page, items };
    },
  );
}
