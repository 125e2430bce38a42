import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import { decodeText } from './decode-text.ts';
import { decodeExtendedValue } from './extended-value.ts';
import { decodeWords, fieldText, headerFields, textOfOctets } from './header-fields.ts';
import { htmlToLines } from '#lib/html-lines.ts';
import { searchedOctetsMax } from './mime-limit.ts';
import { parseStructure } from './parse-structure.ts';

/** What a message is found by. */
export interface MessageText {
  /** The fields of the message, then those of its parts, each on a line. */
  readonly header: string;
  /** The text parts, attached ones too; nothing is unpacked but transfer encodings (threats M4). */
  readonly body: string;
}

/**
 * The decoded header and text of a message, as SEARCH TEXT and SEARCH BODY look into them (RFC 9051, section 6.4.4): the
 * fields of parts are of the header, those of a message inside are of the body. Pure, and linear in what it reads: HTML is read tag by tag and no tree is
 * built, so that its nesting costs nothing (threats M5).
 */
export function messageText(bytes: Uint8Array): MessageText {
  const structure = parseStructure(bytes);
  const reading = { bytes, octetsLeft: searchedOctetsMax };
  const own = headerText(reading, structure.root.header);
  const body = partText(reading, structure.root);
  return {
    header: [own, ...partHeaders(reading, structure.root)].filter((text) => text !== '').join('\n'),
    body,
  };
}

interface Reading {
  readonly bytes: Uint8Array;
  octetsLeft: number;
}

function headerText(reading: Reading, range: ByteRange): string {
  const lines: string[] = [];
  for (const field of headerFields(reading.bytes, range)) {
    if (reading.octetsLeft <= 0) break;
    reading.octetsLeft -= field.end - field.start;
    lines.push(`${field.name}: ${decodeWords(fieldText(reading.bytes, field))}`);
  }
  return lines.join('\n');
}

/** Fields of the parts below, also of those in a message inside, which has its own in the body. */
function partHeaders(reading: Reading, part: MimePart): readonly string[] {
  const texts = names(part);
  if (part.message !== undefined) texts.push(...partHeaders(reading, part.message.root));
  for (const child of part.parts ?? [])
    texts.push(headerText(reading, child.header), ...partHeaders(reading, child));
  return texts;
}

/** File names as they are read, whichever way they are written in the fields. */
function names({ params, disposition }: MimePart): string[] {
  const plain = [params['name'], disposition?.params['filename']];
  const extended = [params['name*'], disposition?.params['filename*']];
  return [
    ...plain.map((name) => name && decodeWords(textOfOctets(name))),
    ...extended.map((name) => name && decodeExtendedValue(name)),
  ].filter((name) => name !== undefined);
}

function partText(reading: Reading, part: MimePart): string {
  if (part.message) return messageInside(reading, part.message);
  if (part.type === 'multipart') return multipartText(reading, part);
  return part.type === 'text' ? leafText(reading, part) : '';
}

function messageInside(reading: Reading, { root }: MessageStructure): string {
  return `${headerText(reading, root.header)}\n${partText(reading, root)}`;
}

/** Alternatives are there to say the same (RFC 2046, section 5.1.4): one that does is not kept again. */
function multipartText(reading: Reading, part: MimePart): string {
  const texts: string[] = [];
  for (const child of part.parts ?? []) {
    const text = partText(reading, child);
    if (text.trim() === '') continue;
    if (part.subtype === 'alternative' && texts.some((other) => wordsOf(other) === wordsOf(text))) continue;
    texts.push(text);
  }
  return texts.join('\n');
}

function wordsOf(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function leafText(reading: Reading, part: MimePart): string {
  if (reading.octetsLeft <= 0) return '';
  const text = decodeText(reading.bytes, part, reading.octetsLeft);
  reading.octetsLeft -= part.body.end - part.body.start;
  return part.subtype === 'html' ? htmlToLines(text) : text;
}
