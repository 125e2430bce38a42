import type { Clock } from '#domain/clock.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import type { TraceEntry } from '#domain/mail/mail-trace.ts';
import type { MailDelivery } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { expandEnvelope, factsOf, holdMail, routeExpanded, traceOf } from './route-mail.ts';
import { takenKey } from './taken-key.ts';

export interface DeliveryPorts {
  readonly delivery: MailDelivery;
  readonly clock: Clock;
  /** Wakes the relay; called after the commit. */
  readonly committed: () => void;
}

export interface ReceiveMail {
  readonly message: PreparedMessage;
  /** Each recipient was accepted before. */
  readonly envelope: MailEnvelope;
  /** Junk when its origin or a scanner says so. */
  readonly into: 'inbox' | 'junk';
  readonly verifiedSender: boolean;
  /** Outside recipients whose proven tokens it bears (`provenRecipients`); what it says is owed. */
  readonly answersOf?: readonly number[] | undefined;
  /** A scanner gave no answer: the message waits for it (threats M8, F21). */
  readonly hold?: { readonly reason: string } | undefined;
  readonly traceId?: string | undefined;
  readonly clientAddress?: string | undefined;
}

/** How long a message waits before a scanner that gave no answer is asked again. */
export const scanAgainMs = 5 * 60_000;

/**
 * Takes a message from outside. When the promise resolves, the one commit with the octets, the message, the mailbox
 * rows and the log row is made: only then may the door say 250. What was taken before is not taken again, and its
 * answer is the same; the id is undefined then. Throws `secret_content`, `no_recipient`,
 * `not_permitted`, `unavailable`.
 */
export async function receiveMail(
  ports: DeliveryPorts,
  input: ReceiveMail,
): Promise<{ readonly messageId: string | undefined }> {
  refuseSecret(input.message);
  const { message, envelope } = input;
  const received = await ports.delivery.together(envelope.recipients.length, async (tx) => {
    const at = ports.clock.now();
    const way = {
      facts: factsOf(message),
      messageIdHeader: message.messageIdHeader,
      envelope,
      writer: { address: envelope.sender },
      into: input.into,
      verifiedSender: input.verifiedSender,
      traceId: input.traceId,
      at,
    };
    const arrival = (messageId: string) =>
      traceOf('received', way, messageId, addressesOf(envelope), {
        bytes: message.bytes.length,
        ...(input.clientAddress === undefined ? {} : { clientAddress: input.clientAddress }),
        ...(message.authentication === undefined ? {} : { authentication: message.authentication }),
      });
    const key = takenKey(message, envelope);
    // Asked in one breath: nearly every message is new and needs its recipients.
    const [isFirst, expanded] = await Promise.all([
      key === undefined ? true : tx.takeOnce(key, at),
      expandEnvelope(tx, way),
    ]);
    if (!isFirst) {
      await tx.trace([repeated(traceOf('received', way, undefined, addressesOf(envelope), {}))], at);
      return undefined;
    }
    if (input.hold !== undefined) {
      const { messageId } = await tx.deliver({ message, receivedAt: at, accountIds: [] });
      const releaseAt = new Date(at.getTime() + scanAgainMs);
      const held = await holdMail(tx, {
        ...way,
        messageId,
        kind: 'scan',
        reason: input.hold.reason,
        releaseAt,
      });
      await tx.trace([arrival(messageId), held.trace], at);
      await tx.record([held.event], at);
      return messageId;
    }
    const { messageId, events, trace } = await routeExpanded(tx, { ...way, message }, expanded);
    await tx.trace([arrival(messageId), ...trace], at);
    await tx.record([...events, ...repliedEvents(messageId, input.answersOf)], at);
    return messageId;
  });
  ports.committed();
  return { messageId: received };
}

function repliedEvents(messageId: string, recipientIds: readonly number[] = []): readonly HubEvent[] {
  return recipientIds.length === 0 ? [] : [{ type: 'outside.replied', messageId, recipientIds }];
}

export function repeated(entry: TraceEntry): TraceEntry {
  return {
    ...entry,
    detail: { ...entry.detail, reason: 'sent again after it was taken; not delivered again' },
  };
}

export function addressesOf(envelope: MailEnvelope): readonly string[] {
  return envelope.recipients.map(({ address }) => address);
}

/** State secrets may not be on a networked machine (domain.md §1.3): refused before anything is written. */
export function refuseSecret(message: PreparedMessage): void {
  if (message.secretStamp !== undefined) throw new HubError('secret_content');
}
