import { randomUUID } from 'node:crypto';
import type { Actor } from '#domain/access/actor.ts';
import { primaryPosition } from '#domain/access/actor.ts';
import type { Clock } from '#domain/clock.ts';
import {
  checkComment,
  type Comment,
  type CommentSource,
  type SubjectRef,
} from '#domain/discussion/comment.ts';
import { storedComment } from '#domain/discussion/comment-event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { HubStore, HubTransaction } from '#app/ports/hub-store.ts';
import type { OfficialMail } from '#app/ports/official-mail.ts';
import { runOnce } from '#app/run-once.ts';

export interface AddComment {
  readonly actor: Actor;
  readonly subject: SubjectRef;
  /** Plain text; mentions as tokens (`mentionToken`). */
  readonly text: string;
  /** The comment it answers; the answer joins that comment's thread. */
  readonly replyTo?: string | undefined;
  /** `page` unless said otherwise. */
  readonly source?: CommentSource | undefined;
  readonly key?: string | undefined;
}

export interface DiscussionPorts {
  readonly store: HubStore;
  readonly mail: Pick<OfficialMail, 'findSecretStamp'>;
  readonly clock: Clock;
  readonly committed: () => void;
}

/**
 * Adds a comment beside an object. Whoever may read the object may; it is never an official word. Throws `not_found`,
 * `bad_input`, `line_break_in_field`, `text_too_long`, `secret_content`, `recipient_unknown`, `mention_not_reader`,
 * `too_many_recipients`.
 */
export async function addComment(ports: DiscussionPorts, input: AddComment): Promise<{ id: string }> {
  const { actor, key, subject, text, replyTo } = input;
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: 'comment.add',
        request: { kind: subject.kind, id: subject.id, text, replyTo },
      },
      async () => {
        const { comment, event } = await writeComment(tx, ports, input);
        await tx.record([event], comment.at);
        return { id: comment.id };
      },
    ),
  );
  ports.committed();
  return answer;
}

/**
 * The same inside a transaction of the caller's, who records the event with its own as its last statement. For a reply
 * by mail that is no clear act: it becomes a comment, and nothing else changes.
 */
export async function writeComment(
  tx: HubTransaction,
  ports: Pick<DiscussionPorts, 'mail' | 'clock'>,
  input: AddComment,
) {
  const { actor } = input;
  const { text, mentions: targets } = checkComment(input.text);
  if (ports.mail.findSecretStamp(text) !== undefined) throw new HubError('secret_content', { field: 'text' });
  const subject = await tx.discussion.subject(actor, input.subject);
  if (subject === undefined) throw new HubError('not_found');
  const threadId = await threadOf(tx, input);
  const at = ports.clock.now();
  const { mentions, accountIds } = await tx.discussion.resolveMentions(subject, targets, at);
  const ordinal = await tx.discussion.nextOrdinal(subject.ref);
  const comment: Comment = {
    id: randomUUID(),
    subject: subject.ref,
    ordinal,
    ...(threadId === undefined ? {} : { threadId }),
    author: { accountId: actor.accountId, name: actor.name, title: primaryPosition(actor)?.title ?? '' },
    text,
    mentions,
    source: input.source ?? 'page',
    version: 1,
    at,
  };
  await tx.discussion.save(comment, accountIds);
  const event = {
    type: 'comment.added',
    comment: storedComment(comment),
    rooms: subject.rooms,
    mentioned: accountIds,
  } as const;
  return { comment, event };
}

/** An answer to an answer is in the same thread: two levels, as people read them. */
async function threadOf(tx: HubTransaction, input: AddComment): Promise<string | undefined> {
  if (input.replyTo === undefined) return undefined;
  const answered = await tx.discussion.find(input.replyTo);
  const isBeside =
    answered !== undefined &&
    answered.subject.kind === input.subject.kind &&
    answered.subject.id === input.subject.id;
  if (!isBeside) throw new HubError('not_found', { field: 'replyTo' });
  return answered.threadId ?? answered.id;
}
