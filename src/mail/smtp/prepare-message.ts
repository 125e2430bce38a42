import { createHash } from 'node:crypto';
import type { SMTPServerSession } from 'smtp-server';
import type { CheckedOrigin } from '#app/ports/mail-checks.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { headerEnd, headerFields } from '#mail/message/header-fields.ts';
import type { ParsedMessage } from '#mail/message/parse-message.ts';
import { prependTrace } from '#mail/message/trace-headers.ts';
import type { SmtpDoorOptions } from './smtp-door.ts';
import { SmtpRefusal } from './smtp-refusal.ts';
import { traceOf } from './trace-of.ts';

/** Reads a message in bounded time; undefined when it was too late for that. Never rejects. */
export type ParseMessage = (bytes: Uint8Array) => Promise<ParsedMessage | undefined>;

export interface MessageToPrepare {
  /** What is stored behind our trace. */
  readonly bytes: Uint8Array;
  /** What came over the wire. */
  readonly received: Uint8Array;
  readonly session: SMTPServerSession;
  readonly id: string;
  /** What was found of the origin of a message from outside. */
  readonly checked?: CheckedOrigin | undefined;
}

/**
 * The message as it will be stored and what is known of it. A message that could not be scanned for a secrecy mark in
 * time is not taken: what cannot be looked at must not be kept (architecture.md §6), and its sender tries again. Of one
 * that bears a mark the log keeps the hash and the reason, never content. Throws `unavailable`.
 */
export async function prepareMessage(
  options: Pick<SmtpDoorOptions, 'parse' | 'hostname' | 'clock' | 'log'>,
  { bytes: own, received, session, id, checked }: MessageToPrepare,
): Promise<PreparedMessage> {
  const { bytes } = prependTrace(own, traceOf(options, session, id), checked?.fields);
  const receivedSha256 = createHash('sha256').update(received).digest();
  const parsed = await options.parse(bytes);
  if (parsed === undefined) throw new HubError('unavailable');
  if (parsed.secretStamp !== undefined) {
    const sha256 = receivedSha256.toString('hex');
    options.log.warn({ id, sha256, mark: parsed.secretStamp }, 'a message bears a secrecy mark');
  }
  return {
    bytes,
    receivedSha256,
    structure: parsed.structure,
    messageIdHeader: parsed.messageId,
    inReplyTo: parsed.inReplyTo,
    references: parsed.references,
    subject: parsed.subject,
    fromAddress: parsed.fromAddress,
    sentAt: parsed.sentAt,
    secretStamp: parsed.secretStamp,
    firstLines: parsed.firstLines,
    autoSubmitted: parsed.autoSubmitted,
    ...(parsed.listId === undefined ? {} : { listId: parsed.listId }),
    ...(checked === undefined ? {} : { authentication: checked.authentication }),
  };
}

/** Throws `SmtpRefusal` for a message that has passed so many servers that it must run in a circle (S18). */
export function refuseLoop(bytes: Uint8Array, hopsMax: number): void {
  let hops = 0;
  for (const field of headerFields(bytes, { start: 0, end: headerEnd(bytes) })) {
    if (field.name === 'received') hops += 1;
  }
  if (hops > hopsMax) {
    throw new SmtpRefusal({
      code: 554,
      status: '5.4.6',
      text: 'Too many hops, the message runs in a circle',
    });
  }
}
