import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import { decodeText } from './decode-text.ts';
import { decodeWords, fieldText, headerFields } from './header-fields.ts';
import { htmlToLines } from './html-lines.ts';
import { searchedOctetsMax } from './mime-limit.ts';
import { parseStructure } from './parse-structure.ts';

/** What a message is found by. */
export interface MessageText {
  readonly header: string;
  /** Attachments are left out; nothing is unpacked but transfer encodings (threats M4). */
  readonly body: string;
}

/**
 * The decoded header and text of a message. Pure, and linear in what it reads: HTML is read tag by tag and no tree is
 * built, so that its nesting costs nothing (threats M5).
 */
export function messageText(bytes: Uint8Array): MessageText {
  const structure = parseStructure(bytes);
  const reading = { bytes, octetsLeft: searchedOctetsMax };
  return { header: headerText(reading, structure.root.header), body: partText(reading, structure.root) };
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

function partText(reading: Reading, part: MimePart): string {
  if (part.disposition?.type === 'attachment') return '';
  if (part.message) return messageInside(reading, part.message);
  if (part.type === 'multipart') return multipartText(reading, part);
  return part.type === 'text' ? leafText(reading, part) : '';
}

function messageInside(reading: Reading, { root }: MessageStructure): string {
  return `${headerText(reading, root.header)}\n${partText(reading, root)}`;
}

/** Alternatives say the same, the plainest first (RFC 2046, section 5.1.4): one that says something is enough. */
function multipartText(reading: Reading, part: MimePart): string {
  const texts: string[] = [];
  for (const child of part.parts ?? []) {
    const text = partText(reading, child);
    if (text.trim() === '') continue;
    texts.push(text);
    if (part.subtype === 'alternative') break;
  }
  return texts.join('\n');
}

function leafText(reading: Reading, part: MimePart): string {
  if (reading.octetsLeft <= 0) return '';
  const text = decodeText(reading.bytes, part, reading.octetsLeft);
  reading.octetsLeft -= part.body.end - part.body.start;
  return part.subtype === 'html' ? htmlToLines(text) : text;
}
