import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import type { MailDelivery, MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';

export interface DeliveryPorts {
  readonly delivery: MailDelivery;
  readonly clock: Clock;
  /** Wakes the relay; called after the commit. */
  readonly committed: () => void;
}

export interface ReceiveMail {
  readonly message: PreparedMessage;
  /** The addresses of the envelope, each accepted before. */
  readonly recipients: readonly string[];
}

/**
 * Takes a message from outside into the INBOX of each recipient. When the promise resolves, the one commit with the
 * octets, the message, the mailbox rows and the log row is made: only then may the door say 250. Throws
 * `secret_content`, `no_recipient`, `unavailable`.
 */
export async function receiveMail(
  ports: DeliveryPorts,
  input: ReceiveMail,
): Promise<{ readonly messageId: string }> {
  refuseSecret(input.message);
  const received = await ports.delivery.transaction(async (tx) => {
    const accountIds = await requireAccounts(tx, input.recipients);
    const receivedAt = ports.clock.now();
    const { messageId } = await tx.deliver({ message: input.message, receivedAt, accountIds });
    await tx.record([{ type: 'mail.delivered', messageId, accountIds }], receivedAt);
    return { messageId };
  });
  ports.committed();
  return received;
}

/** State secrets may not be on a networked machine (domain.md §1.3): refused before anything is written. */
export function refuseSecret(message: PreparedMessage): void {
  if (message.secretStamp !== undefined) throw new HubError('secret_content');
}

/**
 * The accounts of the envelope, each once. An account that was suspended after its address was accepted makes the whole
 * message wait: the sender tries again and is told at RCPT, so nobody is left out in silence (threats S17). Throws
 * `no_recipient`, `unavailable`.
 */
export async function requireAccounts(
  tx: MailDeliveryTransaction,
  recipients: readonly string[],
): Promise<readonly string[]> {
  const found = await tx.accountsOf(recipients);
  if (recipients.length === 0) throw new HubError('no_recipient');
  if (recipients.some((address) => !found.has(address))) throw new HubError('unavailable');
  return [...new Set(found.values())];
}
