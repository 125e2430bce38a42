import type { DiscussionTransaction } from '#app/ports/discussion.ts';
import type { Comment, SubjectRef } from '#domain/discussion/comment.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Transaction } from '#store/database.ts';
import { commentOf, type CommentRow } from './comment-row.ts';
import { findSubject } from './discussion-subject.ts';
import { resolveMentions } from './resolve-mentions.ts';

/** The use cases' view of one transaction. */
export function discussionTransaction(tx: Transaction): DiscussionTransaction {
  return {
    async subject(actor, ref) {
      const found = await findSubject(tx, actor, ref);
      if (found === undefined) return undefined;
      const { title: _title, ...subject } = found;
      return subject;
    },
    async lock(commentId) {
      const [row] = await tx.rows<CommentRow>(`select * from comment where id = $1 for no key update`, [
        commentId,
      ]);
      return row === undefined ? undefined : commentOf(row);
    },
    async find(commentId) {
      const [row] = await tx.rows<CommentRow>(`select * from comment where id = $1`, [commentId]);
      return row === undefined ? undefined : commentOf(row);
    },
    resolveMentions: (subject, targets, at) => resolveMentions(tx, subject, targets, at),
    nextOrdinal: (ref) => nextOrdinal(tx, ref),
    save: (comment, mentioned) => saveComment(tx, comment, mentioned),
    saveVersion: (before, after, by, mentioned) => saveVersion(tx, before, after, by, mentioned),
    async mentionedBy(commentId) {
      const rows = await tx.rows<{ account_id: string }>(
        `select account_id from comment_mention where comment_id = $1 order by account_id`,
        [commentId],
      );
      return rows.map((row) => row.account_id);
    },
    markRead: (accountId, ref, upTo, at) => markRead(tx, accountId, ref, upTo, at),
  };
}

async function nextOrdinal(tx: Transaction, ref: SubjectRef): Promise<number> {
  const [row] = await tx.rows<{ last_ordinal: number }>(
    `insert into discussion (subject_kind, subject_id, last_ordinal) values ($1, $2, 1)
     on conflict (subject_kind, subject_id) do update set last_ordinal = discussion.last_ordinal + 1
     returning last_ordinal`,
    [ref.kind, ref.id],
  );
  if (row === undefined) throw new Error(`no place in the discussion of ${ref.kind} ${ref.id}`);
  return row.last_ordinal;
}

async function saveComment(tx: Transaction, comment: Comment, mentioned: readonly string[]): Promise<void> {
  await tx.rows(
    `insert into comment (id, subject_kind, subject_id, ordinal, thread_id, author_account_id, author_name, author_title,
       text, mentions, source, version, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      comment.id,
      comment.subject.kind,
      comment.subject.id,
      comment.ordinal,
      comment.threadId ?? null,
      comment.author.accountId,
      comment.author.name,
      comment.author.title,
      comment.text,
      JSON.stringify(comment.mentions),
      comment.source,
      comment.version,
      comment.at,
    ],
  );
  await saveMentions(tx, comment.id, mentioned);
}

async function saveVersion(
  tx: Transaction,
  before: Comment,
  after: Comment,
  by: string,
  mentioned: readonly string[],
): Promise<void> {
  await tx.rows(
    `insert into comment_version (comment_id, version, text, mentions, at, replaced_at, replaced_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      before.id,
      before.version,
      before.text,
      JSON.stringify(before.mentions),
      before.editedAt ?? before.at,
      after.deletedAt ?? after.editedAt,
      by,
    ],
  );
  await tx.rows(
    `update comment set text = $2, mentions = $3, version = $4, edited_at = $5, deleted_at = $6 where id = $1`,
    [
      after.id,
      after.text,
      JSON.stringify(after.mentions),
      after.version,
      after.editedAt ?? null,
      after.deletedAt ?? null,
    ],
  );
  await tx.rows(`delete from comment_mention where comment_id = $1`, [after.id]);
  await saveMentions(tx, after.id, mentioned);
}

async function saveMentions(
  tx: Transaction,
  commentId: string,
  accountIds: readonly string[],
): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.rows(
    `insert into comment_mention (account_id, comment_id) select id, $2 from unnest($1::uuid[]) as a(id)`,
    [accountIds, commentId],
  );
}

async function markRead(
  tx: Transaction,
  accountId: string,
  ref: SubjectRef,
  upTo: number,
  at: Date,
): Promise<boolean> {
  const [discussion] = await tx.rows<{ last_ordinal: number }>(
    `select last_ordinal from discussion where subject_kind = $1 and subject_id = $2`,
    [ref.kind, ref.id],
  );
  if (upTo > (discussion?.last_ordinal ?? 0)) throw new HubError('bad_input', { field: 'upTo' });
  const moved = await tx.rows(
    `insert into discussion_read (account_id, subject_kind, subject_id, up_to, at) values ($1, $2, $3, $4, $5)
     on conflict (account_id, subject_kind, subject_id) do update set up_to = excluded.up_to, at = excluded.at
       where discussion_read.up_to < excluded.up_to
     returning up_to`,
    [accountId, ref.kind, ref.id, upTo, at],
  );
  return moved.length > 0;
}
