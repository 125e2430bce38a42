import type { Comment, CommentSource, SubjectKind } from '#domain/discussion/comment.ts';
import type { Mention } from '#domain/discussion/mention.ts';

export interface CommentRow {
  readonly id: string;
  readonly subject_kind: SubjectKind;
  readonly subject_id: string;
  readonly ordinal: number;
  readonly thread_id: string | null;
  readonly author_account_id: string;
  readonly author_name: string;
  readonly author_title: string;
  readonly text: string;
  readonly mentions: Mention[];
  readonly source: CommentSource;
  readonly version: number;
  readonly at: Date;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

export function commentOf(row: CommentRow): Comment {
  return {
    id: row.id,
    subject: { kind: row.subject_kind, id: row.subject_id },
    ordinal: row.ordinal,
    ...(row.thread_id === null ? {} : { threadId: row.thread_id }),
    author: { accountId: row.author_account_id, name: row.author_name, title: row.author_title },
    text: row.text,
    mentions: row.mentions,
    source: row.source,
    version: row.version,
    at: row.at,
    ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at }),
  };
}
