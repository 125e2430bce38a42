import type { ByteRange, MessageStructure } from '#domain/mail/structure.ts';
import type { FetchItem } from '#mail/imap/grammar/fetch-items.ts';
import { BrokenLiteral, CommandRefused } from '#mail/imap/responses.ts';
import { type TransferDecoder, transferDecoder } from '#mail/message/transfer-decoder.ts';

import type { BodyTransfer } from './body-source.ts';
import { partialRange, findPart } from './section.ts';

export type BinaryItem = Extract<FetchItem, { kind: 'binary' | 'binary_size' }>;

interface Encoded {
  readonly range: ByteRange;
  readonly encoding: string;
}

/** Refuses a part in an unknown encoding before a word of the answer is written (RFC 3516, section 4.3). */
export function requireDecodable(structure: MessageStructure, item: BinaryItem): void {
  const encoding = findPart(structure.root, item.path)?.encoding;
  if (encoding !== undefined && decoderOf(structure, item.path) === undefined)
    throw new CommandRefused('The transfer encoding of the part is not known', 'UNKNOWN-CTE');
}

/**
 * Writes a part with its transfer encoding undone, or the size of that (RFC 3516, section 4.2). A part that is longer
 * than a chunk is decoded twice: once for its size, which stands before it, and once as the client takes it, so that
 * no more than a chunk is in memory (I8).
 */
export async function writeBinary(transfer: BodyTransfer, item: BinaryItem): Promise<void> {
  const { structure, message, output, limits } = transfer;
  const located = structure && locate(structure, message.size, item.path);
  if (structure === undefined || located === undefined) {
    output.write(`${item.label} ${item.kind === 'binary_size' ? '0' : 'NIL'}`);
    return;
  }
  const measured = await measure(transfer, located);
  if (measured === undefined) {
    output.write(`${item.label} ${item.kind === 'binary_size' ? '0' : 'NIL'}`);
    return;
  }
  if (item.kind === 'binary_size') {
    output.write(`${item.label} ${measured.bytes}`);
    return;
  }
  const wanted = partialRange({ start: 0, end: measured.bytes }, item.partial);
  // NUL may stand in a literal8 only; older clients read the plain one better.
  output.write(`${item.label} ${measured.holdsNul ? '~' : ''}{${wanted.end - wanted.start}}\r\n`);
  let at = 0;
  for await (const piece of decoded(transfer, located)) {
    const from = Math.max(0, wanted.start - at);
    const to = Math.min(piece.length, wanted.end - at);
    if (from < to) output.write(Buffer.from(piece.subarray(from, to)));
    at += piece.length;
    if (output.pendingBytes >= limits.chunkBytes) await output.flush();
    if (at >= wanted.end) return;
  }
  if (at < wanted.end) throw new BrokenLiteral();
}

/** The whole message is encoded in nothing, and neither is what holds other parts. */
function locate(
  structure: MessageStructure,
  messageBytes: number,
  path: readonly number[],
): Encoded | undefined {
  if (path.length === 0) return { range: { start: 0, end: messageBytes }, encoding: 'BINARY' };
  const part = findPart(structure.root, path);
  if (part === undefined) return undefined;
  const isContainer = part.parts !== undefined || part.message !== undefined;
  return { range: part.body, encoding: isContainer ? 'BINARY' : part.encoding };
}

function decoderOf(structure: MessageStructure, path: readonly number[]): TransferDecoder | undefined {
  const located = locate(structure, 0, path);
  return located && transferDecoder(located.encoding);
}

async function measure(
  transfer: BodyTransfer,
  encoded: Encoded,
): Promise<{ bytes: number; holdsNul: boolean } | undefined> {
  let [bytes, holdsNul] = [0, false];
  try {
    for await (const piece of decoded(transfer, encoded)) {
      bytes += piece.length;
      holdsNul ||= piece.includes(0);
    }
  } catch (error) {
    // Nothing is promised yet: the message has just been expunged.
    if (error instanceof BrokenLiteral) return undefined;
    throw error;
  }
  return { bytes, holdsNul };
}

/** Throws `BrokenLiteral` when the message has gone. */
async function* decoded(
  { message, limits }: BodyTransfer,
  { range, encoding }: Encoded,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = transferDecoder(encoding);
  if (decoder === undefined) throw new Error('the encoding was looked at before');
  for (let at = range.start; at < range.end; at += limits.chunkBytes) {
    const end = Math.min(range.end, at + limits.chunkBytes);
    const chunk = await message.access.bytes(message.mailboxId, message.uid, at, end);
    if (chunk === undefined || chunk.length !== end - at) throw new BrokenLiteral();
    yield decoder.push(chunk);
  }
  yield decoder.end();
}
