import { Migration } from '@mikro-orm/migrations';

/**
 * The audit (domain.md §5.8): entries chained by SHA-256, sealed from the log after the fact, and an anchor a day. Entries
 * and anchors are only ever added: the triggers refuse everything else to every role, the owner's and a superuser's too,
 * as long as nobody disables them; who does is found by `hub audit verify`.
 */
const statements = [
  // Ids are texts: an event that names something odd must not stop the sealing of all that follow.
  `create table audit_event (
     seq bigint primary key, at timestamptz not null, action text not null, chain text not null,
     chain_seq bigint not null, account_id text, actor text, on_behalf_of text, object text, ip text,
     first_position bigint not null, last_position bigint not null, types text[] not null,
     event_count int not null, events_hash text not null, before_hash text, after_hash text,
     prev_hash text not null, hash text not null, unique (chain, chain_seq))`,
  `create index audit_event_account on audit_event (account_id, seq desc) where account_id is not null`,
  `create index audit_event_object on audit_event (object, seq desc) where object is not null`,
  `create index audit_event_action on audit_event (action, seq desc)`,
  `create table audit_anchor (
     day date primary key, at timestamptz not null, seq bigint not null, position bigint not null,
     heads jsonb not null, prev_hash text not null, hash text not null)`,
  // How far it is sealed. Not part of the evidence: it can be computed again, and is compared with it.
  `create table audit_head (
     only_row boolean primary key default true check (only_row), seq bigint not null, position bigint not null)`,
  `insert into audit_head (seq, position) values (0, 0)`,
  `create table audit_chain (chain text primary key, chain_seq bigint not null, hash text not null)`,
  `create function refuse_audit_change() returns trigger language plpgsql as $$
   begin
     raise exception '% of % is refused: the audit is only added to', tg_op, tg_table_name
       using errcode = 'insufficient_privilege';
   end $$`,
  ...['audit_event', 'audit_anchor'].map(
    (table) =>
      `create trigger ${table}_kept before update or delete or truncate on ${table}
         for each statement execute function refuse_audit_change()`,
  ),
  ...['audit_event', 'audit_anchor'].map(
    (table) => `revoke update, delete, truncate on ${table} from public, current_user`,
  ),
];

export class Audit0023 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
