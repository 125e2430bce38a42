import type { ByteRange, MessageStructure } from '#domain/mail/structure.ts';
import type { FetchItem } from '#mail/imap/grammar/fetch-items.ts';
import { BrokenLiteral } from '#mail/imap/responses.ts';
import type { Output } from '#mail/imap/wire/output.ts';

import { type ReadLimits, readRange, type StoredMessage } from './fallback-structure.ts';
import { pickHeaderFields } from './header-fields.ts';
import { isWholeMessage, locateSection, partialRange } from './section.ts';

export type BodyItem = Extract<FetchItem, { kind: 'body' }>;

/** Where and how far a body item is read and written. */
export interface BodyTransfer {
  readonly message: StoredMessage;
  /** Not needed for the whole message. */
  readonly structure: MessageStructure | undefined;
  readonly limits: ReadLimits;
  readonly output: Output;
}

/**
 * Writes `BODY[…] {n}` with its octets exactly as stored, or NIL where the message has no such part or has just
 * been expunged. Large ranges go by chunks, each awaited until the client has taken the one before (I8).
 */
export async function writeBody(transfer: BodyTransfer, item: BodyItem): Promise<void> {
  const { message, structure, limits, output } = transfer;
  if (isWholeMessage(item.section)) {
    return writeRange(transfer, item.label, partialRange({ start: 0, end: message.size }, item.partial));
  }
  const located = structure === undefined ? undefined : locateSection(structure, message.size, item.section);
  if (located === undefined) {
    output.write(`${item.label} NIL`);
    return;
  }
  if (located.fields === undefined) {
    return writeRange(transfer, item.label, partialRange(located.range, item.partial));
  }
  const end = Math.min(located.range.end, located.range.start + limits.headerBytesMax);
  const header = await readRange(message, located.range.start, end, limits.chunkBytes);
  if (header === undefined) {
    output.write(`${item.label} NIL`);
    return;
  }
  const picked = pickHeaderFields(header, located.fields.names, located.fields.not);
  const shown = partialRange({ start: 0, end: picked.length }, item.partial);
  writeLiteral(output, item.label, picked.subarray(shown.start, shown.end));
}

async function writeRange(transfer: BodyTransfer, label: string, range: ByteRange): Promise<void> {
  const { message, limits, output } = transfer;
  if (range.end <= range.start) {
    output.write(`${label} ""`);
    return;
  }
  const read = (start: number): Promise<Buffer | undefined> =>
    message.access.bytes(
      message.mailboxId,
      message.uid,
      start,
      Math.min(range.end, start + limits.chunkBytes),
    );
  const first = await read(range.start);
  if (first === undefined) {
    output.write(`${label} NIL`);
    return;
  }
  const total = range.end - range.start;
  // The message may end before the range does; the first chunk shows it while the size is not yet promised.
  if (first.length === total || first.length < limits.chunkBytes) {
    writeLiteral(output, label, first);
    return;
  }
  output.write(`${label} {${total}}\r\n`);
  output.write(first);
  await output.flush();
  for (let at = range.start + first.length; at < range.end; at += limits.chunkBytes) {
    const chunk = await read(at);
    if (chunk === undefined || chunk.length !== Math.min(range.end - at, limits.chunkBytes))
      throw new BrokenLiteral();
    output.write(chunk);
    await output.flush();
  }
}

function writeLiteral(output: Output, label: string, octets: Buffer): void {
  output.write(`${label} {${octets.length}}\r\n`);
  output.write(octets);
}
