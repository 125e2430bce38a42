import { HubError } from '#domain/hub-error.ts';
import { mentionsIn, type Mention, type MentionTarget } from './mention.ts';

/** What may be discussed. The discussion stands beside the object, is chat, and is no official word (domain.md §3). */
export const subjectKinds = ['directive'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

export interface SubjectRef {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** How it came in: written in a client of the hub, or as a reply by mail that was no clear act. */
export type CommentSource = 'page' | 'mail';

export interface Comment {
  readonly id: string;
  readonly subject: SubjectRef;
  /** 1, 2, 3 … in its discussion, in the order of commits. */
  readonly ordinal: number;
  /** The comment that begins its thread; absent for one that begins a thread itself. */
  readonly threadId?: string;
  /** As the author stood when it was written. */
  readonly author: { readonly accountId: string; readonly name: string; readonly title: string };
  /** With mentions as tokens; empty once deleted. */
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly source: CommentSource;
  /** 1, and one more with each edit and with the deletion; what `If-Match` names. */
  readonly version: number;
  readonly at: Date;
  readonly editedAt?: Date;
  readonly deletedAt?: Date;
}

export const commentCharactersMax = 10_000;
export const mentionsPerCommentMax = 20;
export const mentionedAccountsMax = 200;

// eslint-disable-next-line no-control-regex -- NUL cannot be stored, the others hide text from a reader
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * A comment's text in composed letters, and whom it mentions. Throws `bad_input`, `line_break_in_field`,
 * `text_too_long`, `too_many_recipients`.
 */
export function checkComment(text: string): { text: string; mentions: readonly MentionTarget[] } {
  if (text.length > commentCharactersMax) throw new HubError('text_too_long', { field: 'text' });
  if (controlInText.test(text)) throw new HubError('line_break_in_field', { field: 'text' });
  const kept = text.trim().normalize('NFC');
  if (kept === '') throw new HubError('bad_input', { field: 'text' });
  const mentions = mentionsIn(kept);
  if (mentions.length > mentionsPerCommentMax) throw new HubError('too_many_recipients', { field: 'text' });
  return { text: kept, mentions };
}

/** Refuses to change what somebody has changed since. Throws `edit_conflict`. */
export function checkVersion(comment: Comment, version: number): void {
  if (comment.version !== version) throw new HubError('edit_conflict');
}
