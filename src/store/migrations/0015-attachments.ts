import { Migration } from '@mikro-orm/migrations';

/** Files: their octets in the blob store that mail has, what was found in them, and what they belong to. */
const statements = [
  // A file lies in blobs of at most 1 MiB, so that no whole file is ever in memory; one that fits is one blob.
  `create table file_content (
     sha256 bytea primary key, size bigint not null, text text not null, created_at timestamptz not null)`,
  `create table file_chunk (
     sha256 bytea not null references file_content on delete cascade, ordinal int not null,
     blob_sha256 bytea not null references blob, primary key (sha256, ordinal))`,
  `create index file_chunk_blob on file_chunk (blob_sha256)`,
  // Whoever removes a blob asks whether a message still needs it.
  `create index message_blob on message (blob_sha256)`,
  // Its uploader's alone until it is linked; then whoever may read the subject may read it. media_type and flags stand
  // here and not with the content: they depend on the name too.
  `create table attachment (
     id uuid primary key, uploader_id uuid not null references account, name text not null, media_type text not null,
     size bigint not null, sha256 bytea not null references file_content, flags text[] not null,
     uploaded_at timestamptz not null,
     subject_kind text, subject_id uuid, role text, ordinal int, linked_at timestamptz,
     check (num_nonnulls(subject_kind, subject_id, role, ordinal, linked_at) in (0, 5)))`,
  `create unique index attachment_subject on attachment (subject_kind, subject_id, ordinal)`,
  `create index attachment_content on attachment (sha256)`,
  `create index attachment_unlinked on attachment (uploader_id, uploaded_at) where subject_id is null`,
  `create index attachment_old on attachment (uploaded_at) where subject_id is null`,
];

export class Attachments0015 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
