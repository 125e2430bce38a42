import { Migration } from '@mikro-orm/migrations';

/**
 * The first schema. Money-like figures are integers, times are timestamptz in UTC, ids of people and official objects
 * are UUIDs made by the hub, ids inside the mail store are counters that never leave the account.
 */
const statements = [
  `create extension if not exists pg_trgm`,

  // ── settings and counters ────────────────────────────────────────────────────────────────────────────────────────
  `create table hub_setting (key text primary key, value jsonb not null)`,
  // A number is taken by locking its row inside the transaction that uses it: no gaps, no doubles (domain.md §5.4).
  `create table counter (name text not null, year int not null, value bigint not null, primary key (name, year))`,

  // ── organisation ─────────────────────────────────────────────────────────────────────────────────────────────────
  `create table mail_domain (
     id uuid primary key, fqdn text not null unique, level text not null, unit_id uuid, system boolean not null)`,
  `create table org_unit (
     id uuid primary key, organ_id text not null, code text not null, name text not null, name_folded text not null,
     kind text not null, level text not null, admin_code text, parent_id uuid references org_unit,
     domain_id uuid references mail_domain, is_organ boolean not null,
     valid_from timestamptz not null, valid_to timestamptz, successor_id uuid references org_unit)`,
  `create index org_unit_parent on org_unit (parent_id)`,
  `create index org_unit_name on org_unit using gin (name_folded gin_trgm_ops)`,
  `create table person (
     id uuid primary key, display_name text not null, name_folded text not null, staff_code text not null unique)`,
  `create index person_name on person using gin (name_folded gin_trgm_ops)`,
  `create table account (
     id uuid primary key, local_part text not null, domain_id uuid not null references mail_domain,
     address text not null unique, display_name text not null, kind text not null,
     person_id uuid references person, unit_id uuid references org_unit, password_hash text,
     status text not null, locale text not null, quota_bytes bigint not null, created_at timestamptz not null,
     uid_validity_last bigint not null default 0)`,
  `create index account_person on account (person_id)`,
  `create index account_unit on account (unit_id)`,
  `create table position (
     id uuid primary key, person_id uuid not null references person, unit_id uuid not null references org_unit,
     title text not null, rank int not null, authority text not null, signing_authority text,
     is_primary boolean not null, valid_from timestamptz not null, valid_to timestamptz)`,
  `create index position_person on position (person_id)`,
  `create index position_unit on position (unit_id)`,
  `create table delegation (
     id uuid primary key, from_position_id uuid not null references position,
     to_position_id uuid not null references position, scope text not null, document_ref text not null,
     valid_from timestamptz not null, valid_to timestamptz not null, revoked_at timestamptz)`,
  `create index delegation_to on delegation (to_position_id)`,
  `create table recipient_group (
     id uuid primary key, slug text not null unique, name text not null, name_folded text not null)`,
  `create table recipient_group_member (
     group_id uuid not null references recipient_group on delete cascade,
     unit_id uuid references org_unit, person_id uuid references person,
     check ((unit_id is null) <> (person_id is null)))`,
  `create index recipient_group_member_group on recipient_group_member (group_id)`,

  // Ids from a unit up to the province, the unit first.
  `create function unit_path(start uuid) returns uuid[] language sql stable as $$
     with recursive up as (
       select id, parent_id, 0 as depth from org_unit where id = start
       union all
       select u.id, u.parent_id, up.depth + 1 from org_unit u join up on u.id = up.parent_id where up.depth < 20)
     select array_agg(id order by depth) from up
   $$`,
  // Who answers for a unit at a moment: its head, office chief and clerks, and the unit's own mailboxes. The same rule
  // picks the recipients of a unit's assignment and the holders of its log room.
  `create function unit_officer(moment timestamptz) returns table (account_id uuid, unit_id uuid) language sql stable as $$
     select a.id, p.unit_id from account a join position p on p.person_id = a.person_id
       where a.status = 'active' and a.kind in ('personal', 'role')
         and p.authority in ('head', 'office_chief', 'unit_head', 'clerk')
         and p.valid_from <= moment and (p.valid_to is null or moment < p.valid_to)
     union
     select a.id, a.unit_id from account a
       where a.status = 'active' and a.kind in ('role', 'unit') and a.unit_id is not null
   $$`,

  // ── access ───────────────────────────────────────────────────────────────────────────────────────────────────────
  // Only hashes of tokens are kept: a stolen backup opens no session.
  `create table session (
     id uuid primary key, token_hash bytea not null unique, account_id uuid not null references account,
     kind text not null, created_at timestamptz not null, last_seen_at timestamptz not null,
     expires_at timestamptz not null, ended_at timestamptz, user_agent text, remote_address text)`,
  `create index session_account on session (account_id) where ended_at is null`,
  `create table session_ticket (
     token_hash bytea primary key, session_id uuid not null references session on delete cascade,
     expires_at timestamptz not null)`,
  `create table app_password (
     id uuid primary key, account_id uuid not null references account, label text not null,
     secret_hash bytea not null unique, created_at timestamptz not null, last_used_at timestamptz,
     revoked_at timestamptz)`,
  `create index app_password_account on app_password (account_id)`,
  // The first answer to a command, given again to whoever repeats it with the same key.
  `create table idempotency_key (
     account_id uuid not null, key text not null, operation text not null, request_hash bytea not null,
     response jsonb, created_at timestamptz not null, primary key (account_id, key))`,

  // ── mail store (architecture.md §4) ──────────────────────────────────────────────────────────────────────────────
  // STORAGE EXTERNAL keeps octets uncompressed, so that a range of them is read without the rest.
  `create table blob (
     sha256 bytea primary key, size int not null, received_sha256 bytea not null, bytes bytea not null,
     created_at timestamptz not null)`,
  `alter table blob alter column bytes set storage external`,
  `create table message (
     id bigint generated always as identity primary key, blob_sha256 bytea not null references blob,
     size int not null, message_id_header text, in_reply_to text, subject text, from_address text,
     sent_at timestamptz, structure jsonb, search_text text, indexed_at timestamptz,
     received_at timestamptz not null)`,
  `create index message_message_id on message (message_id_header)`,
  `create index message_search on message using gin (search_text gin_trgm_ops)`,
  `create index message_unindexed on message (id) where indexed_at is null`,
  // fillfactor leaves room for in-page updates: each delivery moves uid_next and the counters.
  `create table mailbox (
     id bigint generated always as identity primary key, account_id uuid not null references account,
     path text not null, special_use text, uid_validity bigint not null, uid_next bigint not null default 1,
     highest_modseq bigint not null default 1, message_count int not null default 0,
     unseen_count int not null default 0, deleted_count int not null default 0, total_size bigint not null default 0,
     subscribed boolean not null default true, unique (account_id, path)) with (fillfactor = 60)`,
  // Delivery finds 9,850 inboxes by these alone; the second also keeps each special use unique in its account.
  `create unique index mailbox_inbox on mailbox (account_id) include (id) where path = 'INBOX'`,
  `create unique index mailbox_special_use on mailbox (account_id, special_use) where special_use is not null`,
  // No foreign keys: their checks are half of the time of a delivery to 9,850 mailboxes. Every writer has locked
  // the mailbox, because it takes the UID from there, and has made or locked the message in the same transaction;
  // whoever deletes either locks it for update first and looks for entries after that.
  `create table mailbox_message (
     mailbox_id bigint not null, uid bigint not null,
     message_id bigint not null, flags int not null default 0, keywords text[] not null default '{}',
     modseq bigint not null, internal_date timestamptz not null, save_date timestamptz not null,
     size int not null, primary key (mailbox_id, uid)) with (fillfactor = 90)`,
  `create index mailbox_message_modseq on mailbox_message (mailbox_id, modseq)`,
  `create index mailbox_message_message on mailbox_message (message_id)`,
  `create table expunged (
     mailbox_id bigint not null references mailbox on delete cascade, uid bigint not null, modseq bigint not null,
     primary key (mailbox_id, uid))`,
  `create index expunged_modseq on expunged (mailbox_id, modseq)`,

  // ── directives ───────────────────────────────────────────────────────────────────────────────────────────────────
  `create table directive (
     id uuid primary key, code text not null unique, subject text not null, text text not null, urgency text not null,
     issuer_account_id uuid not null references account, issuer_position_id uuid references position,
     on_behalf_of_position_id uuid references position, issuer_name text not null, issuer_title text not null,
     issuer_unit_name text not null, issued_at timestamptz not null, due_at timestamptz,
     acknowledge_within_minutes int, content_hash bytea not null, state text not null, recalled_at timestamptz,
     recall_reason text, message_id bigint references message, rooms text[] not null,
     recipient_count int not null, arrived_count int not null default 0, opened_count int not null default 0,
     acknowledged_count int not null default 0) with (fillfactor = 60)`,
  `create index directive_issuer on directive (issuer_account_id, issued_at desc)`,
  `create index directive_message on directive (message_id)`,
  `create table assignment (
     id uuid primary key, directive_id uuid not null references directive, ordinal smallint not null,
     role text not null, assignee_kind text not null, assignee_id uuid, assignee_name text not null,
     room text not null, recipient_count int not null, arrived_at timestamptz, acknowledged_at timestamptz,
     unique (directive_id, ordinal))`,
  // The only truth about receipts: one row per directive and account, four times, the first time wins. No foreign keys:
  // both ends are written or read in the same transaction and never deleted, and checking 9,850 of them twice takes
  // longer than writing the rows.
  `create table recipient (
     directive_id uuid not null, account_id uuid not null, ordinals smallint[] not null,
     delivered_at timestamptz not null, arrived_at timestamptz, opened_at timestamptz, acknowledged_at timestamptz,
     primary key (directive_id, account_id)) with (fillfactor = 80)`,
  `create index recipient_account on recipient (account_id, directive_id)`,

  // ── the log (architecture.md §3) ─────────────────────────────────────────────────────────────────────────────────
  `create table outbox (
     id bigint generated always as identity primary key, position bigint, type text not null,
     at timestamptz not null, rooms text[] not null, payload jsonb not null) with (fillfactor = 80)`,
  `create unique index outbox_position on outbox (position) where position is not null`,
  `create index outbox_unstamped on outbox (id) where position is null`,
  `create index outbox_issued on outbox (((payload -> 'directive' ->> 'id')::uuid)) where type = 'directive.issued'`,
  `create table log_audience (room text not null, position bigint not null, primary key (room, position))`,
  // dispatched: how far events have been turned into jobs.
  `create table log_head (
     only_row boolean primary key default true check (only_row), position bigint not null, dispatched bigint not null)`,
  `insert into log_head (position, dispatched) values (0, 0)`,
];

export class Foundation0001 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
