import type { ReadableAttachment, ReadableMessage } from '#app/ports/readable-message.ts';
import type { MimePart } from '#domain/mail/structure.ts';
import { decodeText } from './decode-text.ts';
import { decodeWords, fieldText, headerEnd, headerFields, latin1Of, textOfOctets } from './header-fields.ts';
import { htmlToLines } from '#lib/html-lines.ts';
import type { ParsePool } from './parse-pool.ts';

const headersMax = 200;
const headerCharactersMax = 4_000;
/** Octets of the text parts that are decoded; more is in the download. */
const textBytesMax = 256 * 1024;
const attachmentsMax = 100;

/** What a person reads of a message; the pool has bounded the time that its parsing may take (threats M1, M2). */
export async function readableMessage(pool: ParsePool, bytes: Buffer): Promise<ReadableMessage> {
  const root = (await pool.parse(bytes))?.structure.root;
  const header = root?.header ?? { start: 0, end: headerEnd(bytes) };
  const headers = headersOf(bytes, header);
  if (root === undefined) {
    const end = Math.min(bytes.length, header.end + textBytesMax);
    const text = printable(textOfOctets(latin1Of(bytes, header.end, end)));
    return { headers, text, textFrom: 'source', cut: end < bytes.length, attachments: [] };
  }
  const found: Found = { texts: [], attachments: [] };
  collect(root, found);
  return { headers, ...textOf(bytes, found.texts), attachments: found.attachments.slice(0, attachmentsMax) };
}

function headersOf(bytes: Buffer, range: { start: number; end: number }): ReadableMessage['headers'] {
  const headers: { name: string; value: string }[] = [];
  for (const field of headerFields(bytes, range)) {
    if (headers.length === headersMax) break;
    headers.push({
      name: latin1Of(bytes, field.start, field.valueStart - 1).trim(),
      value: printable(decodeWords(fieldText(bytes, field)).slice(0, headerCharactersMax)),
    });
  }
  return headers;
}

interface Found {
  readonly texts: MimePart[];
  readonly attachments: ReadableAttachment[];
}

/** Text that stands in the message; all else is an attachment. Of alternatives the plain one is read (RFC 2046, 5.1.4). */
function collect(part: MimePart, found: Found): void {
  if (part.parts !== undefined) {
    for (const child of part.subtype === 'alternative' ? chosen(part.parts) : part.parts)
      collect(child, found);
    return;
  }
  if (isShownText(part)) found.texts.push(part);
  else found.attachments.push(attachmentOf(part));
}

function chosen(parts: readonly MimePart[]): readonly MimePart[] {
  const plain = parts.find((part) => isShownText(part) && part.subtype === 'plain');
  if (plain !== undefined) return [plain];
  const last = parts.at(-1);
  return last === undefined ? [] : [last];
}

function isShownText({ type, subtype, disposition }: MimePart): boolean {
  return type === 'text' && (subtype === 'plain' || subtype === 'html') && disposition?.type !== 'attachment';
}

function attachmentOf(part: MimePart): ReadableAttachment {
  const name = part.disposition?.params['filename'] ?? part.params['name'];
  return {
    ...(name === undefined ? {} : { name: printable(decodeWords(textOfOctets(name))) }),
    type: `${part.type}/${part.subtype}`,
    bytes: part.body.end - part.body.start,
  };
}

function textOf(
  bytes: Buffer,
  parts: readonly MimePart[],
): Pick<ReadableMessage, 'text' | 'textFrom' | 'cut'> {
  let left = textBytesMax;
  const texts: string[] = [];
  for (const part of parts) {
    const decoded = decodeText(bytes, part, left);
    texts.push(part.subtype === 'html' ? htmlToLines(decoded) : decoded);
    left = Math.max(0, left - (part.body.end - part.body.start));
  }
  const whole = parts.reduce((sum, { body }) => sum + body.end - body.start, 0);
  return {
    text: printable(texts.join('\n\n')),
    textFrom:
      parts.length === 0 ? 'none' : parts.some(({ subtype }) => subtype === 'plain') ? 'plain' : 'html',
    cut: whole > textBytesMax,
  };
}

/** No control character reaches the page, and none that turns the direction of what stands beside it. */
function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '');
}
