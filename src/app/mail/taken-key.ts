import { createHash } from 'node:crypto';
import { canonicalAddress, type MailEnvelope } from '#domain/mail/envelope.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';

/**
 * What makes two transactions the same one: Message-ID, octets as they came, sender and recipients. A client that lost
 * our 250 sends the same again (RFC 5321, section 6.1; threats F1), and nobody gets it twice. Undefined for a message
 * without a Message-ID of its own: two of those may well be meant as two.
 */
export function takenKey(message: PreparedMessage, envelope: MailEnvelope): Buffer | undefined {
  const { messageIdHeader, receivedSha256 } = message;
  if (messageIdHeader === undefined) return undefined;
  const recipients = envelope.recipients.map(({ address }) => canonicalAddress(address)).toSorted();
  return createHash('sha256')
    .update(JSON.stringify([messageIdHeader, canonicalAddress(envelope.sender), recipients]))
    .update(receivedSha256)
    .digest();
}
