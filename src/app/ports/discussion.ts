import type { Actor } from '#domain/access/actor.ts';
import type { Comment, SubjectRef } from '#domain/discussion/comment.ts';
import type { Mention, MentionTarget } from '#domain/discussion/mention.ts';
import type { Page } from './hub-store.ts';

/** The object that is discussed, for an actor who may read it. */
export interface DiscussionSubject {
  readonly ref: SubjectRef;
  /** Who may hear of it. */
  readonly rooms: readonly string[];
  /** The actor acts as its issuer, and may delete what others wrote beside it. */
  readonly mayModerate: boolean;
}

/** Whom a mention calls, among those who may read the subject. */
export interface ResolvedMentions {
  readonly mentions: readonly Mention[];
  readonly accountIds: readonly string[];
}

export interface DiscussionTransaction {
  /** Undefined when there is none or the actor may not read it. */
  subject(actor: Actor, ref: SubjectRef): Promise<DiscussionSubject | undefined>;
  /** Takes the comment for a change until the commit. Undefined: there is none. */
  lock(commentId: string): Promise<Comment | undefined>;
  find(commentId: string): Promise<Comment | undefined>;
  /** Throws `recipient_unknown`, `mention_not_reader`, `too_many_recipients`. */
  resolveMentions(
    subject: DiscussionSubject,
    targets: readonly MentionTarget[],
    at: Date,
  ): Promise<ResolvedMentions>;
  /** Takes the next place in the discussion; it stays locked until the commit. */
  nextOrdinal(ref: SubjectRef): Promise<number>;
  save(comment: Comment, mentioned: readonly string[]): Promise<void>;
  /** Keeps what stood before in the history. */
  saveVersion(before: Comment, after: Comment, by: string, mentioned: readonly string[]): Promise<void>;
  /** The accounts that its current version mentions. */
  mentionedBy(commentId: string): Promise<readonly string[]>;
  /** False when the account had read as far before. */
  markRead(accountId: string, ref: SubjectRef, upTo: number, at: Date): Promise<boolean>;
}

export interface Discussion {
  readonly subject: DiscussionSubject;
  /** The log position that this state includes. */
  readonly position: number;
  /** The last ordinal; 0 where nobody has written. */
  readonly lastOrdinal: number;
  readonly readUpTo: number;
  /** By others, not deleted, and after `readUpTo`. */
  readonly unread: number;
  /** Newest first. */
  readonly comments: Page<CommentSight>;
}

export interface CommentSight {
  readonly comment: Comment;
  readonly mentionsMe: boolean;
}

/** A discussion that has something unread for the account: it took part or was mentioned. */
export interface UnreadDiscussion {
  readonly ref: SubjectRef;
  readonly title: string;
  readonly unread: number;
  readonly mentionsMe: boolean;
  readonly lastAt: Date;
}

export interface CommentVersion {
  readonly version: number;
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly at: Date;
}

export interface DiscussionReads {
  /** Undefined when the actor may not read the subject. */
  read(
    actor: Actor,
    ref: SubjectRef,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Discussion | undefined>;
  unread(actor: Actor, page: { limit: number; cursor?: string | undefined }): Promise<Page<UnreadDiscussion>>;
  /** Oldest first, the current one last; a deleted one has an empty text. */
  versions(
    actor: Actor,
    commentId: string,
  ): Promise<
    { subject: DiscussionSubject; comment: Comment; versions: readonly CommentVersion[] } | undefined
  >;
}
