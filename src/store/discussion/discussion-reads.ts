import type { CommentVersion, DiscussionReads, UnreadDiscussion } from '#app/ports/discussion.ts';
import type { Page } from '#app/ports/hub-store.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { SubjectKind, SubjectRef } from '#domain/discussion/comment.ts';
import type { Mention } from '#domain/discussion/mention.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Database, Sql } from '#store/database.ts';
import { commentOf, type CommentRow } from './comment-row.ts';
import { findSubject, findSubjects } from './discussion-subject.ts';

export function createDiscussionReads(database: Database): DiscussionReads {
  return {
    read: (actor, ref, page) =>
      database.snapshot(async (tx) => {
        const subject = await findSubject(tx, actor, ref);
        if (subject === undefined) return undefined;
        const marks = await readMarks(tx, actor, ref);
        const before = cursorOf(page.cursor);
        const rows = await tx.rows<CommentRow & { mentions_me: boolean }>(
          `select c.*, exists (select from comment_mention m where m.comment_id = c.id and m.account_id = $3) as mentions_me
           from comment c where c.subject_kind = $1 and c.subject_id = $2 and c.ordinal < $4
           order by c.ordinal desc limit $5`,
          [ref.kind, ref.id, actor.accountId, before ?? 2 ** 31 - 1, page.limit + 1],
        );
        const items = rows
          .slice(0, page.limit)
          .map((row) => ({ comment: commentOf(row), mentionsMe: row.mentions_me }));
        const last = items.at(-1);
        const isMore = rows.length > page.limit && last !== undefined;
        return {
          subject,
          ...marks,
          comments: { items, ...(isMore ? { nextCursor: String(last.comment.ordinal) } : {}) },
        };
      }),
    unread: (actor, page) => database.snapshot((tx) => readUnread(tx, actor, page)),
    async versions(actor, commentId) {
      const [row] = await database.rows<CommentRow>(`select * from comment where id = $1`, [commentId]);
      if (row === undefined) return undefined;
      const comment = commentOf(row);
      const subject = await findSubject(database, actor, comment.subject);
      if (subject === undefined) return undefined;
      const earlier = await database.rows<{ version: number; text: string; mentions: Mention[]; at: Date }>(
        `select version, text, mentions, at from comment_version where comment_id = $1 order by version`,
        [commentId],
      );
      const current: CommentVersion = {
        version: comment.version,
        text: comment.text,
        mentions: comment.mentions,
        at: comment.deletedAt ?? comment.editedAt ?? comment.at,
      };
      return { subject, comment, versions: [...earlier, current] };
    },
  };
}

async function readMarks(sql: Sql, actor: Actor, ref: SubjectRef) {
  const [row] = await sql.rows<{
    position: number;
    last_ordinal: number | null;
    up_to: number | null;
    unread: number;
  }>(
    `select (select position from log_head) as position, d.last_ordinal, r.up_to,
       (select count(*) from comment c where c.subject_kind = $1 and c.subject_id = $2
          and c.ordinal > coalesce(r.up_to, 0) and c.author_account_id <> $3 and c.deleted_at is null) as unread
     from (select 1) as one
     left join discussion d on d.subject_kind = $1 and d.subject_id = $2
     left join discussion_read r on r.account_id = $3 and r.subject_kind = $1 and r.subject_id = $2`,
    [ref.kind, ref.id, actor.accountId],
  );
  return {
    position: row?.position ?? 0,
    lastOrdinal: row?.last_ordinal ?? 0,
    readUpTo: row?.up_to ?? 0,
    unread: row?.unread ?? 0,
  };
}

function cursorOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,9}$/.test(cursor)) throw new HubError('bad_input', { field: 'cursor' });
  return Number(cursor);
}

/** The newest first; what the actor may no longer read is left out and not counted. */
async function readUnread(
  sql: Sql,
  actor: Actor,
  page: { limit: number; cursor?: string | undefined },
): Promise<Page<UnreadDiscussion>> {
  const offset = cursorOf(page.cursor) ?? 0;
  const rows = await sql.rows<{
    subject_kind: SubjectKind;
    subject_id: string;
    unread: number;
    mentions_me: boolean;
    last_at: Date;
  }>(
    `select c.subject_kind, c.subject_id, count(*) as unread, max(c.at) as last_at,
       bool_or(exists (select from comment_mention m where m.comment_id = c.id and m.account_id = $1)) as mentions_me
     from (select subject_kind, subject_id from comment where author_account_id = $1
           union select k.subject_kind, k.subject_id from comment_mention m join comment k on k.id = m.comment_id
             where m.account_id = $1
           union select subject_kind, subject_id from discussion_read where account_id = $1) s
     join comment c using (subject_kind, subject_id)
     left join discussion_read r on r.account_id = $1 and r.subject_kind = c.subject_kind and r.subject_id = c.subject_id
     where c.ordinal > coalesce(r.up_to, 0) and c.author_account_id <> $1 and c.deleted_at is null
     group by c.subject_kind, c.subject_id order by last_at desc, c.subject_id limit $2 offset $3`,
    [actor.accountId, page.limit + 1, offset],
  );
  const shown = rows.slice(0, page.limit);
  const refs = shown.map((row): SubjectRef => ({ kind: row.subject_kind, id: row.subject_id }));
  const subjects = new Map((await findSubjects(sql, actor, refs)).map((one) => [one.ref.id, one]));
  const items = shown.flatMap((row): UnreadDiscussion[] => {
    const subject = subjects.get(row.subject_id);
    if (subject === undefined) return [];
    return [
      {
        ref: subject.ref,
        title: subject.title,
        unread: row.unread,
        mentionsMe: row.mentions_me,
        lastAt: row.last_at,
      },
    ];
  });
  return rows.length > page.limit ? { items, nextCursor: String(offset + page.limit) } : { items };
}
