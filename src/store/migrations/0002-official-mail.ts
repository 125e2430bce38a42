import { Migration } from '@mikro-orm/migrations';

/** Official mail: who is behind an address, what waits, what leaves, and what became of it. */
const statements = [
  // ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────
  // Addresses are stored in lower case (NFC), as `account.address` is.
  `create table mail_alias (
     address text primary key, account_id uuid not null references account, created_at timestamptz not null)`,
  `create index mail_alias_account on mail_alias (account_id)`,
  // source: list | everyone | organ | level | authority; source_value: a unit's id, a level, or an authority.
  // writers: anyone | province | members | listed. moderation: none | outsiders | all.
  `create table mail_group (
     id uuid primary key, address text not null unique, name text not null, source text not null,
     source_value text, writers text not null, moderation text not null, created_at timestamptz not null)`,
  `create table mail_group_member (
     group_id uuid not null references mail_group on delete cascade,
     account_id uuid references account, member_group_id uuid references mail_group on delete cascade,
     outside_address text, check (num_nonnulls(account_id, member_group_id, outside_address) = 1),
     unique nulls not distinct (group_id, account_id, member_group_id, outside_address))`,
  `create index mail_group_member_account on mail_group_member (account_id)`,
  `create index mail_group_member_group on mail_group_member (member_group_id)`,
  // Who may write to a group whose writers are listed, and who decides on what is held.
  `create table mail_group_officer (
     group_id uuid not null references mail_group on delete cascade, account_id uuid not null references account,
     role text not null, primary key (group_id, account_id, role))`,
  `create index mail_group_officer_account on mail_group_officer (account_id)`,

  // ── mail that waits ──────────────────────────────────────────────────────────────────────────────────────────────
  // kind: moderation | scan | sending_limit | scheduled. state: held | released | refused | cancelled | expired.
  // The message itself is stored like any other; envelope is what it will be routed with.
  `create table held_mail (
     id uuid primary key, kind text not null, state text not null, message_id bigint not null references message,
     group_id uuid references mail_group on delete set null, account_id uuid references account,
     envelope jsonb not null, reason text, held_at timestamptz not null, release_at timestamptz,
     decided_at timestamptz, decided_by uuid references account, decision_note text)`,
  `create index held_mail_waiting on held_mail (kind, release_at) where state = 'held'`,
  `create index held_mail_group on held_mail (group_id) where state = 'held'`,
  `create index held_mail_account on held_mail (account_id) where state = 'held'`,

  // ── what an account wants done with its mail ─────────────────────────────────────────────────────────────────────
  `create table mail_rule (
     id uuid primary key, account_id uuid not null references account, ordinal int not null, name text not null,
     enabled boolean not null, conditions jsonb not null, actions jsonb not null, created_at timestamptz not null)`,
  `create index mail_rule_account on mail_rule (account_id, ordinal)`,
  `create table absence (
     account_id uuid primary key references account, enabled boolean not null, starts_at timestamptz,
     ends_at timestamptz, subject text, text text not null, every_days int not null)`,
  // The marker that makes a repeated answer harmless (RFC 3834, section 2).
  `create table absence_reply (
     account_id uuid not null references account on delete cascade, sender text not null,
     replied_at timestamptz not null, primary key (account_id, sender))`,
  `alter table account add column quota_warned_at timestamptz`,
  // hub: a copy of what is submitted goes into Sent. client: the mail client puts one there itself.
  `alter table account add column sent_copy text not null default 'hub'`,
  // Null: the hub's own default.
  `create table sending_limit (
     account_id uuid primary key references account, messages_per_hour int, recipients_per_hour int)`,
  `create table sending_use (
     account_id uuid not null, hour timestamptz not null, messages int not null, recipients int not null,
     alerted_at timestamptz, primary key (account_id, hour))`,

  // ── what leaves ──────────────────────────────────────────────────────────────────────────────────────────────────
  // One row per message and outside recipient. state: queued | held | delivered | failed | cancelled.
  // A worker leases a row until claimed_until; a crash gives it back by itself (threats F5).
  `create table outbound_delivery (
     id bigint generated always as identity primary key, message_id bigint not null references message,
     sender text not null, recipient text not null, domain text not null, state text not null,
     attempts int not null default 0, queued_at timestamptz not null, next_attempt_at timestamptz not null,
     expires_at timestamptz not null, claimed_until timestamptz, claim uuid, settled_at timestamptz,
     notify text[], original_recipient text, return_part text, envelope_id text,
     require_tls boolean not null, smtp_utf8 boolean not null, verified_sender boolean not null,
     submitted_by uuid references account,
     last_status text, last_reply text, last_host text, delay_notified_at timestamptz, notified_at timestamptz,
     unique (message_id, sender, recipient)) with (fillfactor = 80)`,
  `create index outbound_due on outbound_delivery (domain, next_attempt_at) where state = 'queued'`,
  `create index outbound_claimed on outbound_delivery (claim, domain) where claim is not null`,
  `create index outbound_recent on outbound_delivery (queued_at)`,
  `create index outbound_submitted_by on outbound_delivery (submitted_by, queued_at)`,
  // algorithm: rsa-sha256 | ed25519-sha256. A key is published before it signs, and stays published after it is retired.
  `create table dkim_key (
     id uuid primary key, domain_id uuid not null references mail_domain, selector text not null,
     algorithm text not null, private_key text not null, public_key text not null,
     created_at timestamptz not null, signs_from timestamptz not null, retired_at timestamptz,
     unique (domain_id, selector))`,
  // RFC 8461: what a domain has promised outlives a lookup that is kept from us.
  `create table mta_sts_policy (
     domain text primary key, policy_id text not null, mode text not null, mx text[] not null,
     fetched_at timestamptz not null, expires_at timestamptz not null)`,

  // ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────
  // One row per step of a message, kept 90 days; its recipients in an array, so that a step is one row whatever their number.
  `create table mail_trace (
     id bigint generated always as identity primary key, at timestamptz not null, step text not null,
     message_id bigint, trace_id text, message_id_header text, sender text not null, recipients text[] not null,
     submitted_by uuid, detail jsonb not null)`,
  `create index mail_trace_header on mail_trace (message_id_header) where message_id_header is not null`,
  `create index mail_trace_message on mail_trace (message_id)`,
  `create index mail_trace_sender on mail_trace (sender, at)`,
  `create index mail_trace_submitted_by on mail_trace (submitted_by, at) where submitted_by is not null`,
  `create index mail_trace_recipients on mail_trace using gin (recipients)`,
  `create index mail_trace_at on mail_trace using brin (at)`,
  // Transactions that were answered 250 or were about to be: a client that did not hear it sends the same again.
  `create table taken_mail (key bytea primary key, at timestamptz not null)`,
  `create index taken_mail_at on taken_mail using brin (at)`,
  // SPF, DKIM, DMARC and ARC as they were found at the door; null for mail of the hub's own people.
  `alter table message add column authentication jsonb`,

  // ── access ───────────────────────────────────────────────────────────────────────────────────────────────────────
  // SCRAM-SHA-256 (RFC 7677) of an app password; null for those made before it was kept.
  `alter table app_password add column scram jsonb`,
];

export class OfficialMail0002 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
