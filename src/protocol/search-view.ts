import { Type, type Static } from 'typebox';
import { searchKinds } from '#domain/search/search-entry.ts';

const segments = Type.Array(Type.Object({ text: Type.String(), hit: Type.Boolean() }), {
  description: 'Plain text in pieces; a piece that was looked for has hit.',
});

export const searchHitView = Type.Object({
  kind: Type.Enum([...searchKinds]),
  id: Type.String(),
  subject: Type.Object(
    { kind: Type.String(), id: Type.String() },
    { description: 'What it stands beside, or it.' },
  ),
  at: Type.String({ format: 'date-time' }),
  title: segments,
  snippet: segments,
  type: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
  urgency: Type.Optional(Type.String()),
});

export const searchPageView = Type.Object({
  items: Type.Array(searchHitView),
  nextCursor: Type.Optional(Type.String()),
});
export type SearchPageView = Static<typeof searchPageView>;

export const savedSearchView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  query: Type.String({ description: 'The query string of GET /search.' }),
  savedAt: Type.String({ format: 'date-time' }),
});

export const saveSearchRequest = Type.Object(
  { name: Type.String({ maxLength: 2000 }), query: Type.String({ maxLength: 20_000 }) },
  { additionalProperties: false },
);
