import type { Actor } from '#domain/access/actor.ts';
import type { SubjectRef } from '#domain/discussion/comment.ts';
import { HubError } from '#domain/hub-error.ts';
import type { CommentVersion } from '#app/ports/discussion.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import type { DiscussionPorts } from './add-comment.ts';

export interface MarkRead {
  readonly actor: Actor;
  readonly subject: SubjectRef;
  /** The ordinal of the last comment that was read. */
  readonly upTo: number;
}

/** Moves the account's mark forward, never back. Repeating it does nothing. Throws `not_found`, `bad_input`. */
export async function markDiscussionRead(ports: DiscussionPorts, input: MarkRead): Promise<void> {
  const { actor, upTo } = input;
  const isMoved = await ports.store.transaction(async (tx) => {
    const subject = await tx.discussion.subject(actor, input.subject);
    if (subject === undefined) throw new HubError('not_found');
    const at = ports.clock.now();
    if (!(await tx.discussion.markRead(actor.accountId, subject.ref, upTo, at))) return false;
    await tx.record(
      [{ type: 'discussion.read', accountId: actor.accountId, subject: subject.ref, upTo }],
      at,
    );
    return true;
  });
  if (isMoved) ports.committed();
}

/**
 * What a comment said before. Whoever may read the subject may see how it was edited; what was deleted only its author
 * and who acts as the issuer. Throws `not_found`, `not_permitted`.
 */
export async function readCommentHistory(
  ports: { readonly store: HubStore },
  input: { readonly actor: Actor; readonly id: string },
): Promise<readonly CommentVersion[]> {
  const found = await ports.store.discussions.versions(input.actor, input.id);
  if (found === undefined) throw new HubError('not_found');
  const isHidden = found.comment.deletedAt !== undefined;
  const isOwn = found.comment.author.accountId === input.actor.accountId;
  if (isHidden && !isOwn && !found.subject.mayModerate) throw new HubError('not_permitted');
  return found.versions;
}
