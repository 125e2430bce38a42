import type { MailTrace, TracedStep } from '#app/ports/mail-trace.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { TraceDetail, TraceStep } from '#domain/mail/mail-trace.ts';
import type { Database, Sql } from '#store/database.ts';

/** Steps from before a moment go, the oldest first; returns how many rows went. */
export async function deleteOldTrace(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.rows(
    `delete from mail_trace where id = any(array(select id from mail_trace where at < $1 order by id limit $2)) returning 1`,
    [before, limit],
  );
  return rows.length;
}

interface TraceRow {
  readonly id: number;
  readonly at: Date;
  readonly step: TraceStep;
  readonly message_id: string | null;
  readonly trace_id: string | null;
  readonly message_id_header: string | null;
  readonly sender: string;
  readonly recipients: string[];
  readonly submitted_by: string | null;
  readonly detail: TraceDetail;
  readonly subject: string | null;
}

export function createMailTrace(database: Database): MailTrace {
  return {
    async find(filter, scope, page) {
      const sharing = [scope.accountId, ...(await accountsOfOrgans(database, scope.clerkOf))];
      const rows = await database.rows<TraceRow>(findSql, [
        filter.messageIdHeader ?? null,
        addressOrNull(filter.sender),
        addressOrNull(filter.recipient),
        filter.since ?? null,
        filter.until ?? null,
        scope.everything,
        sharing,
        beforeOf(page.cursor) ?? null,
        page.limit + 1,
      ]);
      const items = rows.slice(0, page.limit).map(stepOf);
      const last = items.at(-1);
      if (rows.length <= page.limit || last === undefined) return { items };
      return { items, nextCursor: String(last.id) };
    },
  };
}

/**
 * Later steps of a message bear only its id, so a Message-ID ($1) is looked up once. Steps are in the order of their
 * ids.
 */
const findSql = `
  with named as materialized (
    select distinct message_id from mail_trace where message_id_header = $1 and message_id is not null)
  select t.id::float8 as id, t.at, t.step, t.message_id::text as message_id, t.trace_id,
    coalesce(t.message_id_header, m.message_id_header) as message_id_header, t.sender, t.recipients,
    t.submitted_by, t.detail, case when t.submitted_by = any($7::uuid[]) then m.subject end as subject
  from mail_trace t left join message m on m.id = t.message_id
  where ($1::text is null or t.message_id_header = $1 or t.message_id = any(array(select message_id from named)))
    and ($2::text is null or t.sender = $2) and ($3::text is null or t.recipients @> array[$3::text])
    and ($4::timestamptz is null or t.at >= $4) and ($5::timestamptz is null or t.at < $5)
    and ($6::boolean or t.submitted_by = any($7::uuid[]))
    and ($8::bigint is null or t.id < $8)
  order by t.id desc limit $9`;

/** Everybody who sends for the organs of the units: an organ reaches down to its inner units, not to other organs. */
async function accountsOfOrgans(sql: Sql, unitIds: readonly string[]): Promise<readonly string[]> {
  if (unitIds.length === 0) return [];
  const rows = await sql.rows<{ id: string }>(
    `with recursive organ as (
       select distinct (
         select u.id from unnest(unit_path(given)) with ordinality as p(id, place) join org_unit u on u.id = p.id
         where u.is_organ order by p.place limit 1) as id
       from unnest($1::uuid[]) as given),
     inner_unit(id) as (
       select id from organ where id is not null
       union
       select u.id from inner_unit i join org_unit u on u.parent_id = i.id where not u.is_organ)
     select a.id from account a where a.unit_id = any(array(select id from inner_unit))
     union
     select a.id from position p join account a on a.person_id = p.person_id
     where p.unit_id = any(array(select id from inner_unit))
       and p.valid_from <= now() and (p.valid_to is null or now() < p.valid_to)`,
    [unitIds],
  );
  return rows.map(({ id }) => id);
}

function addressOrNull(address: string | undefined): string | null {
  return address === undefined ? null : canonicalAddress(address);
}

function beforeOf(cursor: string | undefined): string | undefined {
  if (cursor !== undefined && !/^\d{1,15}$/u.test(cursor))
    throw new HubError('bad_input', { field: 'cursor' });
  return cursor;
}

function stepOf(row: TraceRow): TracedStep {
  return {
    id: row.id,
    at: row.at,
    step: row.step,
    ...(row.message_id === null ? {} : { messageId: row.message_id }),
    ...(row.trace_id === null ? {} : { traceId: row.trace_id }),
    ...(row.message_id_header === null ? {} : { messageIdHeader: row.message_id_header }),
    sender: row.sender,
    recipients: row.recipients,
    ...(row.submitted_by === null ? {} : { submittedBy: row.submitted_by }),
    detail: row.detail,
    ...(row.subject === null ? {} : { subject: row.subject }),
  };
}
