import { type Actor, unitsAnsweredFor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { AnsweredDirective, MailDeliveryTransaction, MailSender } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { type DeliveryPorts, refuseSecret, requireAccounts } from './receive-mail.ts';

export interface SubmitMail {
  readonly actor: Actor;
  readonly message: PreparedMessage;
  /**
   * The address of the one From field, and of the Sender field where there is one. Empty when the message does not say
   * who wrote it, or says it twice: nobody owns such a message.
   */
  readonly authors: readonly string[];
  /** The addresses of the envelope, each accepted before. */
  readonly recipients: readonly string[];
  /** Whether the first line that the person wrote acknowledges (Đã nhận, ACK). */
  readonly acknowledges: boolean;
}

/** Named ids beyond this many are not looked for; a reply names its directive among the nearest. */
const namedIdsMax = 100;

/**
 * Sends a message of the signed-in account to local accounts, with a copy in its Sent mailbox. A reply to a directive
 * that acknowledges is the recipient's receipt, in the same commit (architecture.md §5). Throws `sender_not_owned`,
 * `secret_content`, `no_recipient`, `unavailable`.
 */
export async function submitMail(
  ports: DeliveryPorts,
  input: SubmitMail,
): Promise<{ readonly messageId: string }> {
  refuseSecret(input.message);
  const submitted = await ports.delivery.transaction(async (tx) => {
    const { actor, message } = input;
    await requireOwnAuthors(tx, input);
    const accountIds = await requireAccounts(tx, input.recipients);
    const answered = await acknowledgedDirective(tx, input, accountIds);
    if (answered !== undefined) await tx.lockForReply(actor.accountId, accountIds);
    const at = ports.clock.now();
    const { messageId } = await tx.deliver({
      message,
      receivedAt: at,
      accountIds,
      sentCopyOf: actor.accountId,
    });
    const receipts = answered === undefined ? [] : await tx.acknowledge(answered, actor.accountId, at);
    const heardBy = [...new Set([...accountIds, actor.accountId])];
    await tx.record([{ type: 'mail.delivered', messageId, accountIds: heardBy }, ...receipts], at);
    return { messageId };
  });
  ports.committed();
  return submitted;
}

/** Whether the actor may use the address as the sender of an envelope; its own, or that of a unit it answers for. */
export async function mayUseSender(ports: DeliveryPorts, actor: Actor, address: string): Promise<boolean> {
  return ownsSender(actor, await ports.delivery.sender(address));
}

/**
 * An account sends as itself, or as the mailbox of an office or unit that its person answers for (threats S8). A
 * personal mailbox is nobody's but its owner's, whatever the owner's unit.
 */
export function ownsSender(actor: Actor, sender: MailSender | undefined): boolean {
  if (sender === undefined) return false;
  if (sender.accountId === actor.accountId) return true;
  if (sender.kind !== 'role' && sender.kind !== 'unit') return false;
  return sender.unitId !== undefined && unitsAnsweredFor(actor).includes(sender.unitId);
}

async function requireOwnAuthors(tx: MailDeliveryTransaction, input: SubmitMail): Promise<void> {
  if (input.authors.length === 0) throw new HubError('sender_not_owned', { field: 'From' });
  for (const address of input.authors) {
    if (!ownsSender(input.actor, await tx.sender(address))) {
      throw new HubError('sender_not_owned', { field: 'From' });
    }
  }
}

/**
 * The directive that the message acknowledges. What a program sent never does (RFC 3834), nor does a message that the
 * issuer does not get: words to a colleague are no receipt. In-Reply-To comes first, then the nearest reference.
 */
async function acknowledgedDirective(
  tx: MailDeliveryTransaction,
  input: SubmitMail,
  accountIds: readonly string[],
): Promise<AnsweredDirective | undefined> {
  const { message } = input;
  if (!input.acknowledges || message.autoSubmitted) return undefined;
  const parent = message.inReplyTo === undefined ? [] : [message.inReplyTo];
  const named = [...new Set([...parent, ...message.references.toReversed()])].slice(0, namedIdsMax);
  if (named.length === 0) return undefined;
  const answered = await tx.answeredDirective(named, input.actor.accountId);
  return answered !== undefined && accountIds.includes(answered.issuerAccountId) ? answered : undefined;
}
