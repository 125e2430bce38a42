import { Type, type Static } from 'typebox';
import type { Hub } from '#app/hub.ts';
import { removeSavedSearch, saveSearch } from '#app/search/saved-searches.ts';
import { exportHits, searchEverything, type FoundThing } from '#app/search/search-everything.ts';
import type { SearchFilter } from '#app/ports/search.ts';
import { urgencies } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { searchKinds } from '#domain/search/search-entry.ts';
import { csvOf } from '#lib/csv.ts';
import {
  savedSearchView,
  saveSearchRequest,
  searchPageView,
  type SearchPageView,
} from '#protocol/search-view.ts';
import { answers, idParams, limitOf, noNul, pageQuery, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const word = Type.Optional(Type.String({ minLength: 1, maxLength: 60, pattern: noNul }));
const day = Type.Optional(
  Type.String({ format: 'date', description: 'A day in Asia/Ho_Chi_Minh, itself included.' }),
);

const filterQuery = {
  text: Type.Optional(
    Type.String({
      maxLength: 2000,
      pattern: noNul,
      description: 'Words that must all occur, with or without marks; "words in a row"; -without; begin*.',
    }),
  ),
  exact: Type.Optional(
    Type.Enum(['true', 'false'], { description: 'Words typed with marks are found only with them.' }),
  ),
  kind: Type.Optional(Type.Enum([...searchKinds])),
  organ: Type.Optional(Type.String({ format: 'uuid', description: 'An organ that it is from or for.' })),
  type: word,
  state: word,
  urgency: Type.Optional(Type.Enum([...urgencies])),
  from: day,
  to: day,
};
const searchQuery = Type.Object(
  { ...filterQuery, order: Type.Optional(Type.Enum(['relevance', 'newest'])), ...pageQuery },
  strict,
);
const exportQuery = Type.Object(filterQuery, strict);

/** Search over everything the caller may read, saved searches, and results as a table. */
export function searchRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/search',
    {
      schema: {
        summary: 'What the caller may read and looks for; no text: all that the filter lets through.',
        description: 'Ranked among the newest hits, or newest first. There is no count of hits.',
        querystring: searchQuery,
        response: answers(200, searchPageView),
      },
    },
    async (request) => {
      const { order, limit, cursor } = request.query;
      const page = await searchEverything(hub, {
        actor: sessionOf(request).actor,
        ...askedFor(request.query),
        order,
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map(presentHit) };
    },
  );

  app.get(
    '/search/export',
    {
      schema: {
        summary: 'The hits of a search as CSV, newest first.',
        description:
          'With a byte order mark; no cell runs as a formula. `X-Cut: true` says that there are more.',
        querystring: exportQuery,
        produces: ['text/csv'],
        response: { 200: Type.String(), ...refusals },
      },
    },
    async (request, reply) => {
      const actor = sessionOf(request).actor;
      const { hits, isCut } = await exportHits(hub, { actor, ...askedFor(request.query) });
      const rows = hits.map(({ kind, at, title, words, state, urgency, id }) => [
        kindNames[kind],
        localTime.format(at),
        title,
        words.slice(0, exportedCharactersMax).toWellFormed(),
        state ?? '',
        urgency ?? '',
        id,
      ]);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="tim-kiem.csv"')
        .header('x-cut', String(isCut))
        .send(csvOf([exportHeading, ...rows]));
    },
  );

  savedSearchRoutes(app, hub);
}

function savedSearchRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/saved-searches',
    {
      schema: {
        summary: "The caller's saved searches, by name.",
        response: answers(200, Type.Object({ items: Type.Array(savedSearchView) })),
      },
    },
    async (request) => {
      const saved = await hub.savedSearches.of(sessionOf(request).actor.accountId);
      return { items: saved.map((one) => ({ ...one, savedAt: one.savedAt.toISOString() })) };
    },
  );

  app.post(
    '/saved-searches',
    {
      schema: {
        summary: 'Save a search under a name; the same name again takes its place, so it may be repeated.',
        body: saveSearchRequest,
        response: answers(201, Type.Object({ id: Type.String() })),
      },
    },
    async (request, reply) => {
      const saved = await saveSearch(hub, { actor: sessionOf(request).actor, ...request.body });
      return reply.code(201).send(saved);
    },
  );

  app.delete(
    '/saved-searches/:id',
    {
      schema: { summary: 'Forget a saved search.', params: idParams, response: answers(204, Type.Null()) },
    },
    async (request, reply) => {
      await removeSavedSearch(hub, { actor: sessionOf(request).actor, id: request.params.id });
      return reply.code(204).send(null);
    },
  );
}

const exportedCharactersMax = 1000;
const exportHeading = ['Loại', 'Thời gian', 'Tiêu đề', 'Nội dung', 'Trạng thái', 'Độ khẩn', 'Mã'];
const kindNames = { directive: 'Chỉ đạo', comment: 'Trao đổi' } as const;
const localTime = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  dateStyle: 'short',
  timeStyle: 'short',
});

function askedFor(query: Static<typeof exportQuery>): SearchFilter & { text: string; isExact: boolean } {
  return {
    text: query.text ?? '',
    isExact: query.exact === 'true',
    kinds: query.kind === undefined ? undefined : [query.kind],
    organId: query.organ,
    type: query.type,
    state: query.state,
    urgency: query.urgency,
    from: query.from === undefined ? undefined : startOfDay(query.from, 'from', 0),
    to: query.to === undefined ? undefined : startOfDay(query.to, 'to', 1),
  };
}

function startOfDay(text: string, field: string, daysLater: number): Date {
  const start = new Date(`${text}T00:00:00+07:00`);
  if (Number.isNaN(start.getTime())) throw new HubError('bad_input', { field });
  return new Date(start.getTime() + daysLater * 86_400_000);
}

function presentHit({ hit, title, snippet }: FoundThing): SearchPageView['items'][number] {
  return {
    kind: hit.kind,
    id: hit.id,
    subject: hit.subject,
    at: hit.at.toISOString(),
    title: [...title],
    snippet: [...snippet],
    ...(hit.type === undefined ? {} : { type: hit.type }),
    ...(hit.state === undefined ? {} : { state: hit.state }),
    ...(hit.urgency === undefined ? {} : { urgency: hit.urgency }),
  };
}
