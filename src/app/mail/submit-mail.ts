import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type {
  AnsweredDirective,
  MailDeliveryTransaction,
  MailSender,
  SendingVerdict,
} from '#app/ports/mail-delivery.ts';
import type { HubEvent } from '#domain/event.ts';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { addressesOf, type DeliveryPorts, refuseSecret, repeated, scanAgainMs } from './receive-mail.ts';
import { factsOf, holdMail, type HoldMail, routeMail, traceOf } from './route-mail.ts';
import { takenKey } from './taken-key.ts';

export interface SubmitMail {
  readonly actor: Actor;
  readonly message: PreparedMessage;
  /**
   * The address of the one From field, and of the Sender field where there is one. Empty when the message does not say
   * who wrote it, or says it twice: nobody owns such a message.
   */
  readonly authors: readonly string[];
  /** Each recipient was accepted before. */
  readonly envelope: MailEnvelope;
  /** Ids that it names and that may be those of directives (`namedDirectiveIds`); none for what a program sent. */
  readonly repliesTo: readonly string[];
  /** Whether the first line that the person wrote acknowledges (Đã nhận, ACK). */
  readonly acknowledges: boolean;
  /** When it is to go out (RFC 4865); at once when absent. */
  readonly releaseAt?: Date | undefined;
  /** A scanner gave no answer: the message waits for it. */
  readonly hold?: { readonly reason: string } | undefined;
  readonly traceId?: string | undefined;
  readonly clientAddress?: string | undefined;
}

/**
 * Sends a message of the signed-in account, with a copy in the Sent mailbox of whom it is sent as. It waits when its
 * time has not come or the account has sent more than it may in an hour. A reply to a directive that acknowledges is
 * the recipient's receipt, in the same commit; what else a reply does is owed from that commit on (architecture.md §5).
 * What is sent again after it was taken is answered the same and not sent twice; the id is undefined then. Throws
 * `sender_not_owned`, `secret_content`, `no_recipient`, `not_permitted`, `unavailable`.
 */
export async function submitMail(
  ports: DeliveryPorts,
  input: SubmitMail,
): Promise<{ readonly messageId: string | undefined }> {
  refuseSecret(input.message);
  const submitted = await ports.delivery.transaction(async (tx) => {
    const { actor, message, envelope } = input;
    const author = await requireOwnAuthors(tx, input);
    const at = ports.clock.now();
    const way = {
      facts: factsOf(message),
      messageIdHeader: message.messageIdHeader,
      envelope,
      writer: { accountId: actor.accountId, address: envelope.sender },
      into: 'inbox',
      verifiedSender: true,
      sentCopyOf: author.keepsSentCopy ? author.accountId : undefined,
      traceId: input.traceId,
      at,
    } as const;
    const sent = (messageId: string) =>
      traceOf('submitted', way, messageId, addressesOf(envelope), {
        bytes: message.bytes.length,
        ...(input.clientAddress === undefined ? {} : { clientAddress: input.clientAddress }),
      });
    const owedBy = ({ directiveId }: AnsweredDirective, messageId: string) => ({
      messageId,
      directiveId,
      accountId: actor.accountId,
      at,
    });
    const key = takenKey(message, envelope);
    if (key !== undefined && !(await tx.takeOnce(key, at))) {
      await tx.trace([repeated(traceOf('submitted', way, undefined, addressesOf(envelope), {}))], at);
      return undefined;
    }
    const sending = await tx.countSending(actor.accountId, envelope.recipients.length, at);
    const alerts: HubEvent[] = sending.alert
      ? [{ type: 'sending.limited', accountId: actor.accountId, address: actor.address }]
      : [];
    const answered = await answeredDirective(tx, input);
    const wait = waitOf(input, sending, at);
    if (wait !== undefined) {
      // The copy in Sent is made when it really goes out.
      const { messageId } = await tx.deliver({ message, receivedAt: at, accountIds: [] });
      const held = await holdMail(tx, { ...way, messageId, ...wait });
      if (answered !== undefined) await tx.oweReply({ ...owedBy(answered, messageId), held: true });
      await tx.trace([sent(messageId), held.trace], at);
      await tx.record([held.event, ...alerts], at);
      return messageId;
    }
    if (answered !== undefined && input.acknowledges) {
      const { accountIds } = await tx.expand(addressesOf(envelope), way.writer);
      await tx.lockForReply(actor.accountId, [...accountIds, author.accountId]);
    }
    const routed = await routeMail(tx, { ...way, message });
    // Words to a colleague are no receipt: the issuer must get them.
    const reaches = answered !== undefined && routed.accountIds.includes(answered.issuerAccountId);
    const receipts = reaches && input.acknowledges ? await tx.acknowledge(answered, actor.accountId, at) : [];
    const replies = reaches ? await tx.oweReply({ ...owedBy(answered, routed.messageId), held: false }) : [];
    await tx.trace([sent(routed.messageId), ...routed.trace], at);
    await tx.record([...routed.events, ...receipts, ...replies, ...alerts], at);
    return routed.messageId;
  });
  ports.committed();
  return { messageId: submitted };
}

function waitOf(
  { releaseAt, hold }: SubmitMail,
  sending: SendingVerdict,
  at: Date,
): Pick<HoldMail, 'kind' | 'reason' | 'releaseAt'> | undefined {
  if (hold !== undefined)
    return { kind: 'scan', reason: hold.reason, releaseAt: new Date(at.getTime() + scanAgainMs) };
  if (sending.verdict === 'hold') return { kind: 'sending_limit', releaseAt: sending.until };
  return releaseAt === undefined || releaseAt <= at ? undefined : { kind: 'scheduled', releaseAt };
}

/** Whether the actor may use the address as the sender of an envelope: its own, or that of an office it may post for. */
export async function mayUseSender(ports: DeliveryPorts, actor: Actor, address: string): Promise<boolean> {
  return ownsSender(actor, await ports.delivery.sender(address, actor.accountId));
}

/**
 * An account sends as itself, or as the mailbox of an office in which it has the right to post: who answers for the
 * unit has it by the organisation, others by who administers the mailbox (threats S8). A personal mailbox is nobody's
 * but its owner's, whatever rights were given in it.
 */
export function ownsSender(actor: Actor, sender: MailSender | undefined): boolean {
  if (sender === undefined) return false;
  if (sender.accountId === actor.accountId) return true;
  return (sender.kind === 'role' || sender.kind === 'unit') && sender.mayPost;
}

/** Whom it is sent as: the account behind From, the first of the authors. */
async function requireOwnAuthors(tx: MailDeliveryTransaction, input: SubmitMail): Promise<MailSender> {
  let author: MailSender | undefined;
  for (const address of input.authors) {
    const sender = await tx.sender(address, input.actor.accountId);
    if (sender === undefined || !ownsSender(input.actor, sender))
      throw new HubError('sender_not_owned', { field: 'From' });
    author ??= sender;
  }
  if (author === undefined) throw new HubError('sender_not_owned', { field: 'From' });
  return author;
}

/** The directive that the message replies to, when its sender received it. Nothing is asked when it names none. */
async function answeredDirective(
  tx: MailDeliveryTransaction,
  { repliesTo, actor }: SubmitMail,
): Promise<AnsweredDirective | undefined> {
  return repliesTo.length === 0 ? undefined : tx.answeredDirective(repliesTo, actor.accountId);
}
