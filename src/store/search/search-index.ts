import type { SearchIndex } from '#app/ports/search.ts';
import { searchVector } from '#domain/search/lexemes.ts';
import {
  searchedCharactersMax,
  searchSubjectOf,
  type SearchEntry,
  type SearchSubject,
} from '#domain/search/search-entry.ts';
import type { Database, Transaction } from '#store/database.ts';
import { createLogReads } from '#store/log/log-reads.ts';
import { directiveEntries, type SubjectEntries } from './directive-entries.ts';

const batchEvents = 200;
const rebuildBatch = 200;

/** What the index is made of, one function for each kind of object. */
const sources: Readonly<
  Record<SearchSubject['kind'], (tx: Transaction, id: string) => Promise<SubjectEntries | undefined>>
> = { directive: directiveEntries };

/** What cannot be indexed is told and left out: it must not hold up everything after it. */
export function createSearchIndex(database: Database, onFault: (error: unknown) => void): SearchIndex {
  return {
    async follow() {
      return database.transaction(async (tx) => {
        // Who comes second waits, so that nothing is passed over between two.
        const [head] = await tx.rows<{ position: number }>(`select position from search_head for update`);
        const entries = await createLogReads(tx).read(head?.position ?? 0, batchEvents);
        const last = entries.at(-1);
        if (last === undefined) return false;
        const subjects = new Map<string, SearchSubject>();
        for (const { event } of entries) {
          const subject = searchSubjectOf(event);
          if (subject !== undefined) subjects.set(`${subject.kind} ${subject.id}`, subject);
        }
        for (const subject of subjects.values()) await indexSubject(tx, subject, onFault);
        await tx.rows(`update search_head set position = $1`, [last.position]);
        return entries.length === batchEvents;
      });
    },
    async rebuild(tell) {
      let count = 0;
      let after = '00000000-0000-0000-0000-000000000000';
      for (;;) {
        const rows = await database.rows<{ id: string }>(
          `select id from directive where id > $1 order by id limit $2`,
          [after, rebuildBatch],
        );
        const last = rows.at(-1);
        if (last === undefined) return count;
        await database.transaction(async (tx) => {
          // The same lock as `follow`: an older reading never replaces a newer one.
          await tx.rows(`select position from search_head for update`);
          for (const { id } of rows) await indexSubject(tx, { kind: 'directive', id }, onFault);
        });
        after = last.id;
        count += rows.length;
        tell(count);
      }
    },
  };
}

async function indexSubject(
  tx: Transaction,
  subject: SearchSubject,
  onFault: (error: unknown) => void,
): Promise<void> {
  await tx.rows(`savepoint subject`);
  try {
    const found = await sources[subject.kind](tx, subject.id);
    await replaceEntries(tx, subject, found ?? { audience: [], entries: [] });
    await tx.rows(`release savepoint subject`);
  } catch (error) {
    await tx.rows(`rollback to savepoint subject`);
    onFault(new Error(`${subject.kind} ${subject.id} is not in the index of search`, { cause: error }));
  }
}

/** Rows that have not changed are not written again: a GIN index is dear to change. */
async function replaceEntries(
  tx: Transaction,
  subject: SearchSubject,
  { audience, entries }: SubjectEntries,
): Promise<void> {
  await tx.rows(
    `delete from search_entry where subject_kind = $1 and subject_id = $2 and not (kind || ' ' || ref_id = any($3))`,
    [subject.kind, subject.id, entries.map(({ kind, id }) => `${kind} ${id}`)],
  );
  if (entries.length === 0) return;
  await tx.rows(
    `insert into search_entry as e (kind, ref_id, subject_kind, subject_id, audience, at, title, words, organ_ids, type,
       state, urgency, lexemes)
     select n.kind, n.id, $1, $2, $3, n.at, n.title, n.words, n.organ_ids, n.type, n.state, n.urgency,
       n.lexemes::tsvector
     from jsonb_to_recordset($4::jsonb) as n(kind text, id uuid, at timestamptz, title text, words text,
       organ_ids uuid[], type text, state text, urgency text, lexemes text)
     on conflict (kind, ref_id) do update set audience = excluded.audience, at = excluded.at, title = excluded.title,
       words = excluded.words, organ_ids = excluded.organ_ids, type = excluded.type, state = excluded.state,
       urgency = excluded.urgency, lexemes = excluded.lexemes
     where (e.audience, e.title, e.words, e.organ_ids, e.type, e.state, e.urgency, e.lexemes) is distinct from
       (excluded.audience, excluded.title, excluded.words, excluded.organ_ids, excluded.type, excluded.state,
        excluded.urgency, excluded.lexemes)`,
    [subject.kind, subject.id, audience.toSorted(), JSON.stringify(entries.map(rowOf))],
  );
}

function rowOf(entry: SearchEntry) {
  return {
    kind: entry.kind,
    id: entry.id,
    at: entry.at,
    title: entry.title,
    words: entry.words.slice(0, searchedCharactersMax).toWellFormed(),
    organ_ids: entry.organIds,
    type: entry.type ?? null,
    state: entry.state ?? null,
    urgency: entry.urgency ?? null,
    lexemes: searchVector(entry.texts),
  };
}
