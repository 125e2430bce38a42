import type { Actor } from '#domain/access/actor.ts';
import { performsAs } from '#domain/access/assignment-policy.ts';
import { HubError } from '#domain/hub-error.ts';
import type { ReplyAct } from '#domain/mail/reply/reply-act.ts';
import type { DoneAct, ReplyOutcome } from '#domain/mail/reply/reply-outcome.ts';
import { addComment, type DiscussionPorts } from '#app/discussion/add-comment.ts';
import { acceptAssignment } from '#app/directive/accept-assignment.ts';
import { acknowledgeAssignment } from '#app/directive/receive-assignment.ts';
import { reportProgress } from '#app/directive/report-progress.ts';
import { requestExtension } from '#app/directive/request-extension.ts';
import { submitResult } from '#app/directive/submit-result.ts';
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
  const work = reply.assignments.filter(
    (assignment) => assignment.role !== 'info' && performsAs(actor, assignment) !== undefined,
  );
  const [first] = act.kind === 'acknowledge' ? reply.assignments : work;
  if (first === undefined) return { kind: 'refused', act: act.kind, code: 'not_permitted' };
  if (act.kind !== 'acknowledge' && work.length > 1)
    return commented(ports, actor, reply, act.text, 'several_assignments');
  const refusal = await refusalOf(() => carryOut(ports, actor, reply, first.id, act));
  if (refusal !== undefined) return { kind: 'refused', act: act.kind, code: refusal };
  if (act.kind !== 'acknowledge' || act.text === '') return { kind: 'done', act, commented: false };
  const kept = await refusalOf(() => comment(ports, actor, reply, act.text));
  return { kind: 'done', act, commented: kept === undefined };
}

/** Who reports, asks for time or submits has received the directive and taken it up: those come first, where they are not done. */
async function carryOut(
  ports: ActOnReplyPorts,
  actor: Actor,
  reply: OwedReply,
  assignmentId: string,
  act: DoneAct,
): Promise<void> {
  const of = (step: string) => ({ actor, assignmentId, key: `mail-${reply.messageId}-${step}` });
  await acknowledgeAssignment(ports, of('acknowledge'));
  if (act.kind === 'acknowledge') return;
  const accepted = await refusalOf(() => acceptAssignment(ports, of('accept')));
  // It is in progress already, or in a state in which the act itself says why not.
  if (accepted !== undefined && accepted !== 'assignment_wrong_state') throw new HubError(accepted);
  switch (act.kind) {
    case 'report':
      await reportProgress(ports, { ...of('report'), percent: act.percent, text: act.text });
      return;
    case 'submit':
      await submitResult(ports, { ...of('submit'), text: act.text });
      return;
    case 'extension':
      await requestExtension(ports, { ...of('extension'), newDueAt: act.newDueAt, reason: act.text });
  }
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
