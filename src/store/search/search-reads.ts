import type { SearchFilter, SearchFor, SearchHit, SearchReads } from '#app/ports/search.ts';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { SearchKind, SearchSubject } from '#domain/search/search-entry.ts';
import { hasMarks, tsqueryOf } from '#domain/search/search-query.ts';
import type { Database, Transaction } from '#store/database.ts';
import { readableDirectives } from '#store/directive/directive-access.ts';

/** Hits are ranked among the newest of them: to rank all that hold a common word would read half of the index. */
export const rankedHitsMax = 500;
export const searchWithinMs = 5000;
const queryCanceled = '57014';

interface HitRow {
  readonly id: number;
  readonly kind: SearchKind;
  readonly ref_id: string;
  readonly subject_kind: SearchSubject['kind'];
  readonly subject_id: string;
  readonly at: Date;
  readonly at_micros: string;
  readonly title: string;
  readonly words: string;
  readonly type: string | null;
  readonly state: string | null;
  readonly urgency: string | null;
}

/** Where a page begins: after so many ranked hits, or below a place in time. */
type Place = { readonly rank: number } | { readonly atMicros: string; readonly id: number };

export function createSearchReads(database: Database): SearchReads {
  return {
    async search(actor, wanted, page) {
      let place = placeOf(page.cursor, wanted.order);
      try {
        return await database.snapshot(async (tx) => {
          await tx.rows(`set local statement_timeout = ${searchWithinMs}`);
          const items: SearchHit[] = [];
          // A hit that the policy refuses leaves no hole: the page is filled with what comes after it.
          for (;;) {
            const wantedRows = page.limit - items.length;
            const rows = await findRows(tx, actor, wanted, place, wantedRows + 1);
            const taken = rows.slice(0, wantedRows);
            items.push(...(await readableHits(tx, actor, taken)));
            const last = taken.at(-1);
            if (last === undefined || rows.length <= wantedRows) return { items };
            place = placeAfter(place, last, taken.length);
            if (items.length === page.limit) return { items, nextCursor: cursorOf(place) };
          }
        });
      } catch (error) {
        if ((error as { code?: string }).code === queryCanceled) throw new HubError('unavailable');
        throw error;
      }
    },
  };
}

/** Two plans serve it: a rare word or reader by the GIN index, a common one by walking back from the newest. */
async function findRows(
  tx: Transaction,
  actor: Actor,
  wanted: SearchFor,
  place: Place,
  limit: number,
): Promise<readonly HitRow[]> {
  const parameters: unknown[] = [];
  const value = (given: unknown) => `$${parameters.push(given)}`;
  const conditions = [`audience && ${value(roomsOf(actor))}::text[]`, ...filterSql(wanted, value)];
  const query = wanted.terms.length === 0 ? undefined : value(tsqueryOf(wanted.terms, wanted.isExact));
  if (query !== undefined) conditions.push(`lexemes @@ ${query}::tsquery`);
  if ('atMicros' in place)
    conditions.push(
      `(at, id) < (timestamptz 'epoch' + ${value(place.atMicros)}::bigint * interval '1 microsecond', ${value(place.id)}::bigint)`,
    );
  const columns = `id, kind, ref_id, subject_kind, subject_id, at, title, words, type, state, urgency`;
  const micros = `(extract(epoch from at) * 1000000)::bigint::text as at_micros`;
  const where = conditions.join(' and ');
  if (!('rank' in place) || query === undefined)
    return tx.rows(
      `select ${columns}, ${micros} from search_entry where ${where} order by at desc, id desc limit ${value(limit)}`,
      parameters,
    );
  const marks = hasMarks(wanted.terms)
    ? ` + ts_rank(lexemes, ${value(tsqueryOf(wanted.terms, true))}::tsquery)`
    : '';
  return tx.rows(
    `with newest as materialized (
       select id, at, lexemes from search_entry where ${where} order by at desc, id desc limit ${rankedHitsMax}),
     best as (
       select id, ts_rank_cd(lexemes, ${query}::tsquery)${marks} as score, at from newest
       order by score desc, at desc, id desc limit ${value(limit)} offset ${value(place.rank)})
     select ${columns.replaceAll(/\b(id|at)\b/g, 'e.$1')}, ${micros.replace('from at', 'from e.at')}
     from best join search_entry e on e.id = best.id order by best.score desc, best.at desc, best.id desc`,
    parameters,
  );
}

function filterSql(filter: SearchFilter, value: (given: unknown) => string): string[] {
  return [
    ...(filter.kinds === undefined ? [] : [`kind = any(${value(filter.kinds)})`]),
    ...(filter.organId === undefined ? [] : [`${value(filter.organId)}::uuid = any(organ_ids)`]),
    ...(filter.type === undefined ? [] : [`type = ${value(filter.type)}`]),
    ...(filter.state === undefined ? [] : [`state = ${value(filter.state)}`]),
    ...(filter.urgency === undefined ? [] : [`urgency = ${value(filter.urgency)}`]),
    ...(filter.from === undefined ? [] : [`at >= ${value(filter.from)}`]),
    ...(filter.to === undefined ? [] : [`at < ${value(filter.to)}`]),
  ];
}

/** The policy, asked anew: what the index still says of a right that is gone must not show (threats H1). */
async function readableHits(
  tx: Transaction,
  actor: Actor,
  rows: readonly HitRow[],
): Promise<readonly SearchHit[]> {
  const readable = await readableDirectives(tx, actor, [...new Set(rows.map((row) => row.subject_id))]);
  return rows.filter((row) => readable.has(row.subject_id)).map(hitOf);
}

function hitOf(row: HitRow): SearchHit {
  return {
    kind: row.kind,
    id: row.ref_id,
    subject: { kind: row.subject_kind, id: row.subject_id },
    at: row.at,
    title: row.title,
    words: row.words,
    ...(row.type === null ? {} : { type: row.type }),
    ...(row.state === null ? {} : { state: row.state }),
    ...(row.urgency === null ? {} : { urgency: row.urgency }),
  };
}

function placeAfter(place: Place, last: HitRow, taken: number): Place {
  if ('rank' in place) return { rank: place.rank + taken };
  return { atMicros: last.at_micros, id: last.id };
}

function cursorOf(place: Place): string {
  return 'rank' in place ? `r${place.rank}` : `n${place.atMicros}.${place.id}`;
}

const newestStart: Place = { atMicros: String(Number.MAX_SAFE_INTEGER), id: Number.MAX_SAFE_INTEGER };

function placeOf(cursor: string | undefined, order: SearchFor['order']): Place {
  if (cursor === undefined) return order === 'relevance' ? { rank: 0 } : newestStart;
  const ranked = /^r(\d{1,3})$/.exec(cursor);
  if (ranked !== null && order === 'relevance') return { rank: Number(ranked[1]) };
  const placed = /^n(-?\d{1,16})\.(\d{1,15})$/.exec(cursor);
  if (placed === null || order === 'relevance') throw new HubError('bad_input', { field: 'cursor' });
  return { atMicros: placed[1] ?? '0', id: Number(placed[2]) };
}
