import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { ReplyAct } from '#domain/mail/reply/reply-act.ts';
import type { ReplyOutcome } from '#domain/mail/reply/reply-outcome.ts';
import { addComment, type DiscussionPorts } from '#app/discussion/add-comment.ts';
import { acknowledgeAssignment } from '#app/directive/receive-assignment.ts';
import type { AccessStore } from '#app/ports/access-store.ts';
import type { MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { OwedReply, ReplyActs } from '#app/ports/reply-acts.ts';
import { fileNotice } from './route-held.ts';

export interface ActOnReplyPorts extends DiscussionPorts {
  readonly access: Pick<AccessStore, 'actor'>;
  readonly replies: ReplyActs;
  readonly readReply: (bytes: Buffer) => Promise<ReplyAct>;
  /** The short note to the writer, in the thread. */
  readonly compose: (input: {
    readonly actor: Actor;
    readonly reply: OwedReply;
    readonly outcome: ReplyOutcome;
    readonly at: Date;
  }) => Promise<PreparedMessage>;
}

/**
 * Carries out what a reply to a directive says, and tells its writer what became of it. A job runs it, perhaps twice,
 * and housekeeping when the job was lost: every act bears the message as its idempotency key, and the note goes out in
 * the commit that settles the reply. A fault leaves it owed (threats F14).
 */
export async function actOnReply(
  ports: ActOnReplyPorts,
  input: { readonly messageId: string },
): Promise<void> {
  const reply = await ports.replies.find(input.messageId);
  if (reply === undefined) return;
  const at = ports.clock.now();
  const actor = await ports.access.actor(reply.accountId, at);
  if (actor === undefined) {
    // Suspended since: nobody is there to act or to be told.
    await ports.replies.settle(reply.messageId, 'no_account', at, () => Promise.resolve());
    return;
  }
  const outcome = await outcomeOf(ports, actor, reply, await ports.readReply(reply.bytes));
  const message = await ports.compose({ actor, reply, outcome, at });
  await ports.replies.settle(reply.messageId, labelOf(outcome), at, (tx) => tell(tx, actor, message, at));
  ports.committed();
}

async function tell(
  tx: MailDeliveryTransaction,
  { address }: Actor,
  message: PreparedMessage,
  at: Date,
): Promise<void> {
  const events = await fileNotice(tx, { to: address, message, requireTls: false, smtpUtf8: false, at });
  await tx.record(events, at);
}

async function outcomeOf(
  ports: ActOnReplyPorts,
  actor: Actor,
  reply: OwedReply,
  act: ReplyAct,
): Promise<ReplyOutcome> {
  if (act.kind === 'nothing') return { kind: 'nothing' };
  if (act.kind === 'comment') return commented(ports, actor, reply, act.text, act.reason);
  if (act.kind !== 'acknowledge') return commented(ports, actor, reply, act.text, 'use_page');
  const [first] = reply.assignments;
  if (first === undefined) return { kind: 'refused', act: act.kind, code: 'not_permitted' };
  const refusal = await refusalOf(() =>
    acknowledgeAssignment(ports, {
      actor,
      assignmentId: first.id,
      key: `mail-${reply.messageId}-acknowledge`,
    }),
  );
  if (refusal !== undefined) return { kind: 'refused', act: act.kind, code: refusal };
  if (act.text === '') return { kind: 'done', act, commented: false };
  const kept = await refusalOf(() => comment(ports, actor, reply, act.text));
  return { kind: 'done', act, commented: kept === undefined };
}

async function commented(
  ports: ActOnReplyPorts,
  actor: Actor,
  reply: OwedReply,
  text: string,
  reason: Extract<ReplyOutcome, { kind: 'comment' }>['reason'],
): Promise<ReplyOutcome> {
  const code = await refusalOf(() => comment(ports, actor, reply, text));
  return code === undefined ? { kind: 'comment', reason } : { kind: 'refused', act: 'comment', code };
}

function comment(ports: ActOnReplyPorts, actor: Actor, reply: OwedReply, text: string): Promise<unknown> {
  return addComment(ports, {
    actor,
    subject: { kind: 'directive', id: reply.directive.id },
    text,
    source: 'mail',
    key: `mail-${reply.messageId}-comment`,
  });
}

/** The code of a refusal, which is for the writer to know; a fault is thrown on. */
async function refusalOf(work: () => Promise<unknown>): Promise<HubError['code'] | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
}

function labelOf(outcome: ReplyOutcome): string {
  switch (outcome.kind) {
    case 'done':
      return `done ${outcome.act.kind}`;
    case 'refused':
      return `refused ${outcome.act} ${outcome.code}`;
    case 'comment':
      return `comment ${outcome.reason}`;
    case 'nothing':
      return 'nothing';
  }
}
