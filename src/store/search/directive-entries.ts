import { issuerRooms } from '#domain/event.ts';
import type { Mention } from '#domain/discussion/mention.ts';
import { spokenText } from '#domain/discussion/mention.ts';
import { rooms } from '#domain/room.ts';
import type { SearchEntry } from '#domain/search/search-entry.ts';
import type { Sql } from '#store/database.ts';

export interface SubjectEntries {
  /** Who may read it, as `roomsOf` names the rooms of an actor. */
  readonly audience: readonly string[];
  readonly entries: readonly SearchEntry[];
}

interface DirectiveSource {
  readonly id: string;
  readonly code: string;
  readonly subject: string;
  readonly text: string;
  readonly urgency: string;
  readonly state: string;
  readonly issued_at: Date;
  readonly issuer_account_id: string;
  readonly issuer_position_id: string | null;
  readonly issuer_name: string;
  readonly issuer_title: string;
  readonly issuer_unit_name: string;
  readonly recall_reason: string | null;
  readonly rooms: string[];
  readonly names: string[];
  readonly organ_ids: string[];
  readonly account_ids: string[];
}

/** A directive and what stands beside it. Undefined: there is none. */
export async function directiveEntries(sql: Sql, id: string): Promise<SubjectEntries | undefined> {
  const [row] = await sql.rows<DirectiveSource>(
    `select d.id, d.code, d.subject, d.text, d.urgency, d.state, d.issued_at, d.issuer_account_id, d.issuer_position_id,
       d.issuer_name, d.issuer_title, d.issuer_unit_name, d.recall_reason,
       array(select distinct a.room from assignment a where a.directive_id = d.id) as rooms,
       array(select distinct a.assignee_name from assignment a where a.directive_id = d.id) as names,
       array(select u.id::text from org_unit u where u.is_organ and u.id in (
               select unnest(unit_path(p.unit_id)) from position p where p.id = d.issuer_position_id
               union select a.assignee_id from assignment a where a.directive_id = d.id and a.assignee_kind = 'unit'))
         as organ_ids,
       -- Whoever received it may read it for ever, also when no longer in the room. Everyone is one room, not a list.
       case when exists (select from assignment a where a.directive_id = d.id and a.assignee_kind = 'everyone')
         then array[]::text[]
         else array(select r.account_id::text from recipient r where r.directive_id = d.id) end as account_ids
     from directive d where d.id = $1`,
    [id],
  );
  if (row === undefined) return undefined;
  const audience = new Set([
    ...issuerRooms(row.issuer_account_id, row.issuer_position_id ?? undefined),
    ...row.rooms,
    ...row.account_ids.map((accountId) => rooms.account(accountId)),
  ]);
  return { audience: [...audience], entries: [directiveEntry(row), ...(await commentEntries(sql, row))] };
}

function directiveEntry(row: DirectiveSource): SearchEntry {
  return {
    kind: 'directive',
    id: row.id,
    at: row.issued_at,
    title: `${row.code} ${row.subject}`,
    words: row.text,
    texts: [
      { weight: 'A', text: row.code },
      { weight: 'A', text: row.subject },
      { weight: 'B', text: `${row.issuer_name} ${row.issuer_title} ${row.issuer_unit_name}` },
      ...row.names.map((text) => ({ weight: 'B', text }) as const),
      { weight: 'D', text: row.text },
      { weight: 'D', text: row.recall_reason ?? '' },
    ],
    organIds: row.organ_ids,
    state: row.state,
    urgency: row.urgency,
  };
}

async function commentEntries(sql: Sql, directive: DirectiveSource): Promise<SearchEntry[]> {
  const rows = await sql.rows<{
    id: string;
    text: string;
    mentions: Mention[];
    author_name: string;
    author_title: string;
    at: Date;
  }>(
    `select id, text, mentions, author_name, author_title, at from comment
     where subject_kind = 'directive' and subject_id = $1 and deleted_at is null order by ordinal`,
    [directive.id],
  );
  return rows.map((row) => {
    const words = spokenText(row.text, row.mentions);
    return {
      kind: 'comment',
      id: row.id,
      at: row.at,
      title: `${directive.code} ${directive.subject}`,
      words,
      texts: [
        { weight: 'B', text: directive.code },
        { weight: 'B', text: `${row.author_name} ${row.author_title}` },
        { weight: 'C', text: words },
      ],
      organIds: directive.organ_ids,
    };
  });
}
