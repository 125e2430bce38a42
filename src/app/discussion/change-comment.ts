import type { Actor } from '#domain/access/actor.ts';
import { checkComment, checkVersion, type Comment } from '#domain/discussion/comment.ts';
import { storedComment } from '#domain/discussion/comment-event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { DiscussionSubject } from '#app/ports/discussion.ts';
import type { HubTransaction } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';
import type { DiscussionPorts } from './add-comment.ts';

export interface EditComment {
  readonly actor: Actor;
  readonly id: string;
  readonly text: string;
  /** The version it was made from. */
  readonly version: number;
  readonly key?: string | undefined;
}

/**
 * Changes the words of a comment; the earlier ones stay in its history. Its author alone may. Throws `not_found`,
 * `not_permitted`, `edit_conflict` and what `addComment` throws.
 */
export function editComment(ports: DiscussionPorts, input: EditComment): Promise<CommentAnswer> {
  const { actor, id, version } = input;
  return change(ports, input, 'comment.edit', async (tx) => {
    const { text, mentions: targets } = checkComment(input.text);
    if (ports.mail.findSecretStamp(text) !== undefined)
      throw new HubError('secret_content', { field: 'text' });
    const { comment, subject } = await lockReadable(tx, actor, id);
    if (comment.author.accountId !== actor.accountId) throw new HubError('not_permitted');
    checkVersion(comment, version);
    const at = ports.clock.now();
    const { mentions, accountIds } = await tx.discussion.resolveMentions(subject, targets, at);
    const edited: Comment = { ...comment, text, mentions, version: version + 1, editedAt: at };
    const before = await tx.discussion.mentionedBy(id);
    await tx.discussion.saveVersion(comment, edited, actor.accountId, accountIds);
    await tx.record(
      [
        {
          type: 'comment.edited',
          comment: storedComment(edited),
          rooms: subject.rooms,
          mentioned: accountIds,
          formerly: before,
        },
      ],
      at,
    );
    return { id, version: edited.version };
  });
}

export interface DeleteComment {
  readonly actor: Actor;
  readonly id: string;
  readonly version: number;
  readonly key?: string | undefined;
}

/**
 * Deletes a comment: its place and author stay, its words are left to the history. Its author may, and who acts as the
 * issuer of what is discussed. Throws `not_found`, `not_permitted`, `edit_conflict`.
 */
export function deleteComment(ports: DiscussionPorts, input: DeleteComment): Promise<CommentAnswer> {
  const { actor, id, version } = input;
  return change(ports, input, 'comment.delete', async (tx) => {
    const { comment, subject } = await lockReadable(tx, actor, id);
    if (comment.author.accountId !== actor.accountId && !subject.mayModerate)
      throw new HubError('not_permitted');
    checkVersion(comment, version);
    const at = ports.clock.now();
    const deleted: Comment = { ...comment, text: '', mentions: [], version: version + 1, deletedAt: at };
    const before = await tx.discussion.mentionedBy(id);
    await tx.discussion.saveVersion(comment, deleted, actor.accountId, []);
    await tx.record(
      [
        {
          type: 'comment.deleted',
          comment: storedComment(deleted),
          rooms: subject.rooms,
          mentioned: [],
          formerly: before,
        },
      ],
      at,
    );
    return { id, version: deleted.version };
  });
}

export interface CommentAnswer {
  readonly id: string;
  readonly version: number;
}

async function change(
  ports: DiscussionPorts,
  input: EditComment | DeleteComment,
  operation: string,
  work: (tx: HubTransaction) => Promise<CommentAnswer>,
): Promise<CommentAnswer> {
  const { actor, key, ...request } = input;
  const answer = await ports.store.transaction((tx) =>
    runOnce(tx, { accountId: actor.accountId, key, operation, request }, () => work(tx)),
  );
  ports.committed();
  return answer;
}

/** A deleted comment is gone for whoever would change it. */
async function lockReadable(
  tx: HubTransaction,
  actor: Actor,
  id: string,
): Promise<{ comment: Comment; subject: DiscussionSubject }> {
  const comment = await tx.discussion.lock(id);
  if (comment === undefined) throw new HubError('not_found');
  const subject = await tx.discussion.subject(actor, comment.subject);
  if (subject === undefined || comment.deletedAt !== undefined) throw new HubError('not_found');
  return { comment, subject };
}
