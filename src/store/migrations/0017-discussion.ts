import { Migration } from '@mikro-orm/migrations';

/** Discussion beside an object: chat, with the history of what was said. */
const statements = [
  // One row is what a comment locks to take its place, so that places follow the order of commits.
  `create table discussion (
     subject_kind text not null, subject_id uuid not null, last_ordinal int not null,
     primary key (subject_kind, subject_id)) with (fillfactor = 80)`,
  `create table comment (
     id uuid primary key, subject_kind text not null, subject_id uuid not null, ordinal int not null,
     thread_id uuid references comment, author_account_id uuid not null references account, author_name text not null,
     author_title text not null, text text not null, mentions jsonb not null, source text not null, version int not null,
     at timestamptz not null, edited_at timestamptz, deleted_at timestamptz,
     unique (subject_kind, subject_id, ordinal))`,
  `create index comment_author on comment (author_account_id, at desc)`,
  // Append-only: every version that is no longer the current one.
  `create table comment_version (
     comment_id uuid not null references comment, version int not null, text text not null, mentions jsonb not null,
     at timestamptz not null, replaced_at timestamptz not null, replaced_by uuid not null references account,
     primary key (comment_id, version))`,
  // Accounts that the current version calls.
  `create table comment_mention (
     account_id uuid not null references account, comment_id uuid not null references comment,
     primary key (account_id, comment_id))`,
  `create index comment_mention_comment on comment_mention (comment_id)`,
  `create table discussion_read (
     account_id uuid not null references account, subject_kind text not null, subject_id uuid not null,
     up_to int not null, at timestamptz not null, primary key (account_id, subject_kind, subject_id))`,
];

export class Discussion0017 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
