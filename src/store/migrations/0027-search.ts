import { Migration } from '@mikro-orm/migrations';

/** One index over everything that may be found. All of it can be made again from what it was made from. */
const statements = [
  // audience: log rooms and accounts of who may read the subject. lexemes are made by the hub, folded and with marks.
  `create table search_entry (
     id bigint generated always as identity primary key, kind text not null, ref_id uuid not null,
     subject_kind text not null, subject_id uuid not null, audience text[] not null, at timestamptz not null,
     title text not null, words text not null, organ_ids uuid[] not null, type text, state text, urgency text,
     lexemes tsvector not null, unique (kind, ref_id))`,
  // Both in one index, so that who may read little is answered fast however common the word is.
  `create index search_entry_find on search_entry using gin (audience, lexemes)`,
  `create index search_entry_newest on search_entry (at desc, id desc)`,
  `create index search_entry_subject on search_entry (subject_kind, subject_id)`,
  // How far the index has followed the log.
  `create table search_head (only_row boolean primary key default true check (only_row), position bigint not null)`,
  `insert into search_head (position) values (0)`,
  `create table saved_search (
     id uuid primary key, account_id uuid not null references account, name text not null, query text not null,
     saved_at timestamptz not null, unique (account_id, name))`,
];

export class Search0027 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
