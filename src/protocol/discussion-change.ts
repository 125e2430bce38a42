import type { SubjectRef } from '#domain/discussion/comment.ts';
import type { DiscussionEvent } from '#domain/discussion/comment-event.ts';
import { presentComment, type CommentView, type DiscussionView } from './discussion-view.ts';

export { discussionEventTypes } from '#domain/discussion/comment-event.ts';

interface Placed {
  readonly position: number;
  readonly at: string;
}

export type DiscussionChange = CommentChange | DiscussionReadChange;

export interface CommentChange extends Placed {
  readonly type: 'comment.added' | 'comment.edited' | 'comment.deleted';
  /** As it stands after it; whole, so that who has not loaded it needs nothing else. */
  readonly comment: CommentView;
}

export interface DiscussionReadChange extends Placed {
  readonly type: 'discussion.read';
  readonly subject: SubjectRef;
  readonly upTo: number;
}

export interface DiscussionServerEvents {
  'comment.added': (change: CommentChange) => void;
  'comment.edited': (change: CommentChange) => void;
  'comment.deleted': (change: CommentChange) => void;
  'discussion.read': (change: DiscussionReadChange) => void;
}

/** Everyone hears the same but for whether it calls them. */
export function presentDiscussion(event: DiscussionEvent, accountId: string) {
  if (event.type === 'discussion.read') return { type: event.type, subject: event.subject, upTo: event.upTo };
  return { type: event.type, comment: presentComment(event.comment, isMentioned(event, accountId)) };
}

/** Equal for viewers to whom `presentDiscussion` answers the same. */
export function discussionViewKey(event: DiscussionEvent, accountId: string): string {
  return event.type !== 'discussion.read' && isMentioned(event, accountId) ? 'mentioned' : '';
}

function isMentioned(event: { readonly mentioned: readonly string[] }, accountId: string): boolean {
  return event.mentioned.includes(accountId);
}

export function isDiscussion<Change extends { readonly type: string }>(
  change: Change,
): change is Extract<Change, { readonly type: DiscussionEvent['type'] }> {
  return change.type.startsWith('comment.') || change.type === 'discussion.read';
}

/**
 * The fold of one discussion, for a page that shows it from its newest comment down. What comes before the last loaded
 * comment stays unloaded. Unread ones are counted again by what is loaded, so load at least as many as are unread.
 */
export function applyDiscussion(
  state: DiscussionView,
  change: DiscussionChange,
  accountId: string,
): DiscussionView {
  if (change.position <= state.position) return state;
  const moved = { ...state, position: change.position };
  const subject = change.type === 'discussion.read' ? change.subject : change.comment.subject;
  if (subject.kind !== state.subject.kind || subject.id !== state.subject.id) return moved;
  if (change.type === 'discussion.read') {
    const readUpTo = Math.max(state.readUpTo, change.upTo);
    return { ...moved, readUpTo, unread: unreadAmong(state.items, readUpTo, accountId) };
  }
  const items = withComment(state, change.comment);
  return {
    ...moved,
    lastOrdinal: Math.max(state.lastOrdinal, change.comment.ordinal),
    items,
    unread: unreadAmong(items, state.readUpTo, accountId),
  };
}

function withComment({ items, nextCursor }: DiscussionView, comment: CommentView): CommentView[] {
  if (items.some((item) => item.id === comment.id))
    return items.map((item) => (item.id === comment.id ? comment : item));
  // An older one that was changed and is not loaded: it comes with its page.
  if (nextCursor !== undefined && comment.ordinal < Number(nextCursor)) return items;
  // Not toSorted: the oldest browsers of the communes (client.md §6) do not have it.
  return [...items, comment].sort((left, right) => right.ordinal - left.ordinal);
}

function unreadAmong(items: readonly CommentView[], readUpTo: number, accountId: string): number {
  return items.filter(
    (item) => item.ordinal > readUpTo && item.author.accountId !== accountId && item.deletedAt === undefined,
  ).length;
}
