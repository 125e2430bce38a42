import type { Actor } from '#domain/access/actor.ts';
import { parseSearch } from '#domain/search/search-query.ts';
import { markHits, snippetOf, type Segment } from '#domain/search/snippet.ts';
import type { Page } from '#app/ports/hub-store.ts';
import type { SearchFilter, SearchHit, SearchReads } from '#app/ports/search.ts';

export interface SearchEverything extends SearchFilter {
  readonly actor: Actor;
  readonly text: string;
  readonly isExact?: boolean | undefined;
  readonly order?: 'relevance' | 'newest' | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface FoundThing {
  readonly hit: SearchHit;
  readonly title: readonly Segment[];
  readonly snippet: readonly Segment[];
}

/**
 * What the actor may read and looks for. Without an order, words are ranked and a filter alone gives the newest first.
 * Throws `bad_input`, `text_too_long`, `unavailable`.
 */
export async function searchEverything(
  ports: { readonly search: SearchReads },
  input: SearchEverything,
): Promise<Page<FoundThing>> {
  const { actor, text, isExact = false, order, limit, cursor, ...filter } = input;
  const terms = parseSearch(text);
  const wanted = {
    ...filter,
    terms,
    isExact,
    order: terms.length === 0 ? 'newest' : (order ?? 'relevance'),
  } as const;
  const page = await ports.search.search(actor, wanted, { limit, cursor });
  return {
    ...page,
    items: page.items.map((hit) => ({
      hit,
      title: markHits(hit.title, terms),
      snippet: snippetOf(hit.words, terms),
    })),
  };
}

export const exportedHitsMax = 10_000;
const exportBatch = 200;

/** Every hit, newest first, up to `exportedHitsMax`; `isCut` says that there are more. */
export async function exportHits(
  ports: { readonly search: SearchReads },
  input: Omit<SearchEverything, 'limit' | 'cursor' | 'order'>,
): Promise<{ hits: readonly SearchHit[]; isCut: boolean }> {
  const { actor, text, isExact = false, ...filter } = input;
  const wanted = { ...filter, terms: parseSearch(text), isExact, order: 'newest' } as const;
  const hits: SearchHit[] = [];
  let cursor: string | undefined;
  do {
    const page = await ports.search.search(actor, wanted, { limit: exportBatch, cursor });
    hits.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && hits.length < exportedHitsMax);
  return {
    hits: hits.slice(0, exportedHitsMax),
    isCut: cursor !== undefined || hits.length > exportedHitsMax,
  };
}
