import type { Comment, SubjectRef } from './comment.ts';

/** Discussion as the log tells it. */
export type DiscussionEvent = CommentWritten | CommentDeleted | DiscussionRead;

export interface CommentWritten {
  readonly type: 'comment.added' | 'comment.edited';
  readonly comment: StoredComment;
  /** Rooms of the subject. */
  readonly rooms: readonly string[];
  /** Accounts that it mentions and that may read the subject. */
  readonly mentioned: readonly string[];
  /** Accounts that an earlier version mentioned: they hear of the change. */
  readonly formerly?: readonly string[];
}

export interface CommentDeleted {
  readonly type: 'comment.deleted';
  readonly comment: StoredComment;
  readonly rooms: readonly string[];
  readonly mentioned: readonly [];
  readonly formerly: readonly string[];
}

/** An account has read a discussion up to a comment: told to its own devices. */
export interface DiscussionRead {
  readonly type: 'discussion.read';
  readonly accountId: string;
  readonly subject: SubjectRef;
  readonly upTo: number;
}

export type StoredComment = {
  readonly [Key in keyof Comment]: Comment[Key] extends Date | undefined
    ? Comment[Key] extends Date
      ? string
      : string | undefined
    : Comment[Key];
};

export const discussionEventTypes = [
  'comment.added',
  'comment.edited',
  'comment.deleted',
  'discussion.read',
] as const satisfies readonly DiscussionEvent['type'][];

export function storedComment(comment: Comment): StoredComment {
  const { at, editedAt, deletedAt, ...words } = comment;
  return {
    ...words,
    at: at.toISOString(),
    ...(editedAt === undefined ? {} : { editedAt: editedAt.toISOString() }),
    ...(deletedAt === undefined ? {} : { deletedAt: deletedAt.toISOString() }),
  };
}
