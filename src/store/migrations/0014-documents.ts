import { Migration } from '@mikro-orm/migrations';

/** Official documents and the registers they are numbered in (domain.md §5.1, §5.4). */
const statements = [
  // The organ (with a seal and registers) that a unit is, or is within.
  `create function organ_of(start uuid) returns uuid language sql stable as $$
     select u.id from unnest(unit_path(start)) with ordinality as above(id, depth) join org_unit u on u.id = above.id
     where u.is_organ order by above.depth limit 1
   $$`,

  // ── registers ────────────────────────────────────────────────────────────────────────────────────────────────────
  // The row is locked by whoever takes a number, until the commit: no gaps, no doubles.
  `create table register (
     id uuid primary key, organ_id uuid not null references org_unit, kind text not null, series text not null,
     year int not null, next_number int not null default 1, legal_regime text not null, opened_at timestamptz not null,
     unique (organ_id, kind, series, year)) with (fillfactor = 60)`,
  `create table register_entry (
     register_id uuid not null references register, number int not null check (number > 0),
     suffix text not null default '', document_id uuid not null, symbol text not null, booked_on date not null,
     booked_at timestamptz not null, booked_by_name text not null, note text, voided_at timestamptz, void_reason text,
     primary key (register_id, number, suffix), check ((voided_at is null) = (void_reason is null)))`,
  `create index register_entry_document on register_entry (document_id)`,
  `create table numbering (
     organ_id uuid not null references org_unit, year int not null, numbering text not null, decided_by_name text not null,
     decided_at timestamptz not null, primary key (organ_id, year))`,

  // ── documents ────────────────────────────────────────────────────────────────────────────────────────────────────
  `create table document (
     id uuid primary key, direction text not null, organ_id uuid not null references org_unit,
     unit_id uuid references org_unit, state text not null, version int not null default 1, type_code text not null,
     symbol text, compared_symbol text, subject text not null, issued_on date, issuer_organ_id text,
     issuer_name text not null, compared_issuer text not null, signer jsonb, urgency text not null,
     circulation text not null, due_on date, place text, language text not null, page_amount int, copies int,
     field text, description text, source text not null, exchange_id text, origin_id uuid references document,
     message_id bigint, reply_to_id uuid references document, replaces_id uuid references document,
     corrects_id uuid references document, register_id uuid references register, number int, suffix text,
     arrived_at timestamptz, take_back_reason text, content_hash bytea, draft jsonb, rooms text[] not null,
     created_by uuid not null, created_at timestamptz not null, changed_at timestamptz not null)
     with (fillfactor = 80)`,
  `create index document_exchange on document (organ_id, exchange_id) where exchange_id is not null`,
  `create index document_symbol on document (organ_id, compared_symbol) where compared_symbol is not null`,
  `create index document_reply on document (reply_to_id) where reply_to_id is not null`,
  `create index document_origin on document (origin_id) where origin_id is not null`,
  `create unique index document_own_symbol on document (organ_id, extract(year from issued_on), symbol)
     where direction <> 'incoming' and symbol is not null`,
  `create unique index document_entry on document (register_id, number, suffix) where register_id is not null`,
  // Who has a path to a document, by log room; lists are read from here, newest first.
  `create table document_room (
     room text not null, document_id uuid not null, direction text not null, is_open boolean not null,
     created_at timestamptz not null, primary key (room, document_id))`,
  `create index document_room_list on document_room (room, direction, created_at desc, document_id desc)`,
  `create index document_room_open on document_room (room, created_at desc, document_id desc) where is_open`,
  `create index document_room_document on document_room (document_id)`,
  `create table document_step (
     document_id uuid not null, ordinal int not null, act text not null, state text not null, at timestamptz not null,
     by_account_id uuid not null, by_name text not null, by_title text not null, note text,
     primary key (document_id, ordinal))`,
  `create table document_version (
     document_id uuid not null, version int not null, saved_at timestamptz not null, saved_by_name text not null,
     content jsonb not null, content_hash bytea not null, primary key (document_id, version))`,
  `create table document_signature (
     document_id uuid not null, kind text not null, signed_at timestamptz not null, content_hash bytea not null,
     by_name text not null, primary key (document_id, kind))`,
  `create table document_handover (
     document_id uuid not null, ordinal int not null, to_kind text not null, to_id uuid not null, to_name text not null,
     room text not null, handed_at timestamptz not null, handed_by_name text not null, signed_at timestamptz,
     signed_by_name text, primary key (document_id, ordinal))`,
  `create table document_assignee (
     document_id uuid not null, ordinal int not null, role text not null, kind text not null, assignee_id uuid not null,
     name text not null, due_on date, directive_id uuid not null, primary key (document_id, ordinal))`,
  `create index document_assignee_directive on document_assignee (directive_id)`,
  // One row per recipient of an issued document: what has become of it there.
  `create table document_delivery (
     document_id uuid not null, ordinal int not null, kind text not null, recipient_id uuid, recipient_name text not null,
     incoming_id uuid, status text, status_at timestamptz, reason text, take_back text, take_back_at timestamptz,
     take_back_reason text, primary key (document_id, ordinal)) with (fillfactor = 80)`,
  `create unique index document_delivery_incoming on document_delivery (incoming_id) where incoming_id is not null`,
];

export class Documents0014 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
