import { Migration } from '@mikro-orm/migrations';

/** What IMAP clients synchronise by: threads, and the reach of the expunged log. */
const statements = [
  // Up to and including this modseq, expunged UIDs may be missing from the log: a client that was away longer is
  // answered by what is there (RFC 7162, section 3.2.5.2).
  `alter table mailbox add column expunged_floor bigint not null default 0`,

  // ── threads (RFC 8474, section 5.2) ──────────────────────────────────────────────────────────────────────────────
  // The thread of every message id that a message has had or named. Ids are kept as a hash: one may have 998 octets,
  // and a hostile message names a hundred of them. A row never changes once it is committed.
  `create table thread_key (key bytea primary key, thread_id bigint not null)`,
  // A thread is named by the id of its first message. A message without a row is the first of its own; so most of a
  // delivery writes nothing here. The table is apart from message because an update there moves a search index.
  `create table message_thread (
     message_id bigint primary key references message on delete cascade, thread_id bigint not null)`,
  `create index message_thread_thread on message_thread (thread_id)`,
  // One call for any number of messages that were just inserted: ids[n] has or names names[n]. Names that are known
  // are read without a lock, since they never change. One that another transaction is giving a thread at this moment
  // is waited for (on conflict do update), so that both agree; keys are taken in order, so that two such calls do not
  // wait for each other. A thread of others goes before a new one, whatever their numbers.
  `create function assign_threads(ids bigint[], names text[]) returns void language plpgsql as $$
   declare
     keys bytea[] := array(
       select substring(sha256(convert_to(name, 'UTF8')) for 16)
       from unnest(names) with ordinality as u(name, place) order by place);
     moved bigint;
   begin
     insert into thread_key (key, thread_id)
     select n.key, min(n.id) from unnest(ids, keys) as n(id, key)
     where not exists (select from thread_key t where t.key = n.key)
     group by n.key order by n.key
     on conflict (key) do update set thread_id = thread_key.thread_id;
     loop
       with held as materialized (
         select n.id, n.key, t.thread_id, t.thread_id = any(ids) as is_new
         from unnest(ids, keys) as n(id, key) join thread_key t on t.key = n.key),
       chosen as materialized (select distinct on (id) id, thread_id, is_new from held order by id, is_new, thread_id),
       wanted as materialized (
         select distinct on (h.key) h.key, c.thread_id
         from held h join chosen c on c.id = h.id where h.is_new order by h.key, c.is_new, c.thread_id)
       update thread_key t set thread_id = w.thread_id from wanted w where t.key = w.key and t.thread_id <> w.thread_id;
       get diagnostics moved = row_count;
       exit when moved = 0;
     end loop;
     insert into message_thread (message_id, thread_id)
     select id, thread_id from (
       select distinct on (n.id) n.id, t.thread_id
       from unnest(ids, keys) as n(id, key) join thread_key t on t.key = n.key
       order by n.id, t.thread_id = any(ids), t.thread_id) as found
     where id <> thread_id
     on conflict do nothing;
   end $$`,
  // Messages that are there already, by the thousand and in order, so that a thread mostly meets its beginning. Their
  // References were not kept; what they answer was.
  `do $$
   declare
     done bigint := 0;
     last bigint;
   begin
     loop
       last := (select max(id) from (select id from message where id > done order by id limit 1000) as chunk);
       exit when last is null;
       perform assign_threads(array_agg(id order by id, name), array_agg(name order by id, name))
       from message cross join lateral (values (message_id_header), (in_reply_to)) as v(name)
       where id > done and id <= last and name is not null;
       done := last;
     end loop;
   end $$`,
];

export class ImapSync0004 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
