import { query } from './open-embedded.ts';

/** What is wrong with a hub's database after whatever happened to it; empty when it is whole. */
export async function databaseFaults(url: string): Promise<unknown[]> {
  return query(
    url,
    `select 'a mailbox lacks the mail or has it twice' as fault, d.code as what
     from directive d join recipient r on r.directive_id = d.id join mailbox b on b.account_id = r.account_id
     left join mailbox_message e on e.mailbox_id = b.id and e.message_id = d.message_id
     group by d.code, r.account_id having count(e.uid) <> 1
     union all
     select 'numbers', string_agg(code, ' ' order by code) from directive
     having count(*) <> coalesce(max(right(code, 6)::int), 0) or count(*) <> count(distinct code)
       or count(*) <> coalesce((select sum(value) from counter where name = 'directive'), 0)
     union all
     select 'a directive without its event, or with two', d.code from directive d
     left join outbox o on o.type = 'directive.issued' and (o.payload -> 'directive' ->> 'id')::uuid = d.id
     group by d.code having count(o.id) <> 1
     union all
     select 'an event of no directive', o.id::text from outbox o
     where o.type = 'directive.issued'
       and not exists (select from directive d where d.id = (o.payload -> 'directive' ->> 'id')::uuid)
     union all
     select 'positions', count(*)::text from outbox where position is not null
     having count(*) <> coalesce(max(position), 0) or count(*) <> (select position from log_head)
     union all
     select 'audience', count(*)::text from (
       (select unnest(rooms), position from outbox where position is not null) except (select room, position from log_audience)
     ) missing having count(*) > 0
     union all
     select 'a mailbox counts wrongly', b.id::text from mailbox b left join mailbox_message e on e.mailbox_id = b.id
     group by b.id having count(e.uid) <> b.message_count or coalesce(max(e.uid), 0) >= b.uid_next`,
  );
}

/** In how many mailboxes each of these directives is, by id. */
export async function mailboxesOf(url: string, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await query<{ id: string; mailboxes: number }>(
    url,
    `select d.id, count(distinct e.mailbox_id)::int as mailboxes
     from directive d join mailbox_message e on e.message_id = d.message_id where d.id = any($1::uuid[]) group by d.id`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.mailboxes]));
}
