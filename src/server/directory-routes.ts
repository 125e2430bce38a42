import { Type, type TSchema } from 'typebox';
import type { Hub } from '#app/hub.ts';
import { groupView, personView, unitView } from '#protocol/view.ts';
import { httpLimits } from './http-limits.ts';
import { answers, limitOf, noNul, pageQuery, type RouteApp } from './route-app.ts';

const directoryQuery = Type.Object(
  {
    query: Type.Optional(Type.String({ maxLength: httpLimits.queryCharactersMax, pattern: noNul })),
    ...pageQuery,
  },
  { additionalProperties: false },
);

function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });
}

/** The directory (danh bạ): open to everyone who is signed in, as a printed one is. */
export function directoryRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/people',
    {
      schema: {
        summary: 'People by name, with or without marks, or by address.',
        querystring: directoryQuery,
        response: answers(200, pageOf(personView)),
      },
    },
    async ({ query: { query = '', limit, cursor } }) => {
      const page = await hub.directory.people(query, hub.clock.now(), { limit: limitOf(limit), cursor });
      return { ...page, items: [...page.items] };
    },
  );
  app.get(
    '/units',
    {
      schema: {
        summary: 'Units by name or abbreviation.',
        querystring: directoryQuery,
        response: answers(200, pageOf(unitView)),
      },
    },
    async ({ query: { query = '', limit, cursor } }) => {
      const page = await hub.directory.units(query, hub.clock.now(), { limit: limitOf(limit), cursor });
      return { ...page, items: [...page.items] };
    },
  );
  app.get(
    '/groups',
    {
      schema: {
        summary: 'Groups of recipients by name.',
        querystring: directoryQuery,
        response: answers(200, pageOf(groupView)),
      },
    },
    async ({ query: { query = '', limit, cursor } }) => {
      const page = await hub.directory.groups(query, { limit: limitOf(limit), cursor });
      return { ...page, items: [...page.items] };
    },
  );
}
