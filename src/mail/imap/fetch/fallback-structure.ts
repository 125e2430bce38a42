import type { MailAccess } from '#app/ports/mail.ts';
import type { Envelope, MessageStructure } from '#domain/mail/structure.ts';
import { fieldText, headerEnd, headerFields } from '#mail/message/header-fields.ts';

export interface StoredMessage {
  readonly access: MailAccess;
  readonly mailboxId: string;
  readonly uid: number;
  /** Octets of the message. */
  readonly size: number;
}

export interface ReadLimits {
  readonly chunkBytes: number;
  readonly headerBytesMax: number;
}

/** The octets of a range read by chunks; undefined when the message has gone. */
export async function readRange(
  message: StoredMessage,
  start: number,
  end: number,
  chunkBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for (let at = start; at < end; at += chunkBytes) {
    const chunk = await message.access.bytes(
      message.mailboxId,
      message.uid,
      at,
      Math.min(end, at + chunkBytes),
    );
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
    if (chunk.length < Math.min(chunkBytes, end - at)) break;
  }
  return Buffer.concat(chunks);
}

/** The header of a message whose structure is not known, without more of the body than a chunk. */
export async function readHeader(message: StoredMessage, limits: ReadLimits): Promise<Buffer | undefined> {
  const end = Math.min(message.size, limits.headerBytesMax);
  let header: Buffer = Buffer.alloc(0);
  for (let at = 0; at < end; at += limits.chunkBytes) {
    const chunk = await readRange(message, at, Math.min(end, at + limits.chunkBytes), limits.chunkBytes);
    if (chunk === undefined) return undefined;
    header = Buffer.concat([header, chunk]);
    const found = headerEnd(header);
    if (found < header.length) return header.subarray(0, found);
  }
  return header;
}

/**
 * What is shown of a message that could not be parsed: one text part with the octets as they are, so that the reader
 * gets the whole message and never an error (architecture §4). Undefined when it has gone.
 */
export async function fallbackStructure(
  message: StoredMessage,
  limits: ReadLimits,
): Promise<MessageStructure | undefined> {
  const header = await readHeader(message, limits);
  if (header === undefined) return undefined;
  let lines = 0;
  for (let at = header.length; at < message.size; at += limits.chunkBytes) {
    const chunk = await readRange(
      message,
      at,
      Math.min(message.size, at + limits.chunkBytes),
      limits.chunkBytes,
    );
    if (chunk === undefined) return undefined;
    lines += countLines(chunk);
  }
  return {
    envelope: bareEnvelope(header),
    root: {
      type: 'text',
      subtype: 'plain',
      params: { charset: 'utf-8' },
      encoding: '8BIT',
      header: { start: 0, end: header.length },
      body: { start: header.length, end: message.size },
      lines,
    },
  };
}

/** The fields that need no parser; addresses are left out rather than guessed. */
export function bareEnvelope(header: Buffer): Envelope {
  const fields = [...headerFields(header, { start: 0, end: header.length })];
  const text = (name: string): string | undefined => {
    const field = fields.find((candidate) => candidate.name === name);
    return field === undefined ? undefined : fieldText(header, field);
  };
  const [date, subject] = [text('date'), text('subject')];
  const [inReplyTo, messageId] = [text('in-reply-to'), text('message-id')];
  return {
    ...(date === undefined ? {} : { date }),
    ...(subject === undefined ? {} : { subject }),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}

function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  return lines;
}
