import { TextDecoder } from 'node:util';
import type { ByteRange } from '#domain/mail/structure.ts';
import { headerFieldBytesMax } from './mime-limit.ts';

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const colon = 58;

/** The octet that ends a line: LF, with or without a CR before it, or CR in a message that has no LF at all. */
export type LineBreak = typeof lineFeed | typeof carriageReturn;

/**
 * A bare CR ends a line only where no LF exists. Were it always an end, `Subject: a<CR>From: b` would be one field
 * to other readers and two to us.
 */
export function lineBreakOf(bytes: Uint8Array): LineBreak {
  return bytes.includes(lineFeed) ? lineFeed : carriageReturn;
}

/** Where the line that begins at `at` ends, its line break included; never beyond `limit`. */
export function lineEnd(bytes: Uint8Array, at: number, limit: number, lineBreak: LineBreak): number {
  const found = bytes.indexOf(lineBreak, at);
  return found === -1 || found >= limit ? limit : found + 1;
}

/** Where the text of the line [start, end) ends, its line break left out. */
export function lineTextEnd(bytes: Uint8Array, start: number, end: number, lineBreak: LineBreak): number {
  if (end <= start || bytes[end - 1] !== lineBreak) return end;
  return lineBreak === lineFeed && end - 2 >= start && bytes[end - 2] === carriageReturn ? end - 2 : end - 1;
}

/** The index of the colon when the line is the start of a field (RFC 5322, sections 2.2 and 4.5), else -1. */
export function fieldColon(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isNameOctet(bytes[at])) at += 1;
  if (at === start) return -1;
  while (at < end && (bytes[at] === space || bytes[at] === tab)) at += 1;
  return bytes[at] === colon && at < end ? at : -1;
}

function isNameOctet(octet: number | undefined): boolean {
  return octet !== undefined && octet > space && octet < 127 && octet !== colon;
}

/** The end of the header that begins at `start`: behind its empty line, or the end of the octets. */
export function headerEnd(bytes: Uint8Array, start = 0, lineBreak = lineBreakOf(bytes)): number {
  for (let at = start; at < bytes.length;) {
    const end = lineEnd(bytes, at, bytes.length, lineBreak);
    if (lineTextEnd(bytes, at, end, lineBreak) === at && end > at) return end;
    at = end;
  }
  return bytes.length;
}

/** One header field as it lies in the octets; `start` to `end` is the whole field with its folded lines. */
export interface HeaderField extends ByteRange {
  /** Lower case. */
  readonly name: string;
  /** Behind the colon. */
  readonly valueStart: number;
}

/**
 * The fields of a header in order, folded lines joined to them. Lines that are no field (an mbox `From ` line, text
 * without a colon) are passed over. The empty line ends it. `HEADER.FIELDS` is the concatenation of the ranges.
 */
export function* headerFields(
  bytes: Uint8Array,
  range: ByteRange,
  lineBreak: LineBreak = lineBreakOf(bytes),
): Generator<HeaderField, void, undefined> {
  let field: { name: string; start: number; valueStart: number } | undefined;
  let at = range.start;
  while (at < range.end) {
    const end = lineEnd(bytes, at, range.end, lineBreak);
    if (lineTextEnd(bytes, at, end, lineBreak) === at) break;
    const folded = bytes[at] === space || bytes[at] === tab;
    if (!folded) {
      if (field) yield { ...field, end: at };
      const nameEnd = fieldColon(bytes, at, end);
      field =
        nameEnd === -1 ? undefined : { name: nameOf(bytes, at, nameEnd), start: at, valueStart: nameEnd + 1 };
    }
    at = end;
  }
  if (field) yield { ...field, end: Math.min(at, range.end) };
}

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  return latin1Of(bytes, start, Math.min(end, start + 1_000))
    .trimEnd()
    .toLowerCase();
}

/** Octets as a string of the same length, one character an octet. */
export function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('latin1');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Text of a `latin1Of` string: UTF-8 (RFC 6532) where the octets are valid UTF-8, Latin-1 otherwise. */
export function textOfOctets(octets: string): string {
  if (/^\p{ASCII}*$/u.test(octets)) return octets;
  try {
    return strictUtf8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    return octets;
  }
}

/** Removes folding (RFC 5322, section 2.2.3): a line break before white space goes, the white space stays. */
export function unfold(text: string): string {
  // A loop, because `[\r\n]+$` would be quadratic in a run of bare CRs.
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end).replaceAll(/(?:\r\n|\n|\r)(?=[ \t])/g, '');
}

/**
 * The value of a field, unfolded and trimmed, one character an octet. A line break that is still in it becomes a
 * space and NUL becomes `?`: neither may reach an IMAP string, a PostgreSQL text or another header.
 */
export function fieldOctets(bytes: Uint8Array, field: HeaderField): string {
  const end = Math.min(field.end, field.valueStart + headerFieldBytesMax);
  return unfold(latin1Of(bytes, field.valueStart, end))
    .replaceAll(/[\r\n]/g, ' ')
    .replaceAll('\0', '?')
    .trim();
}

/** The value of a field as text: unfolded, trimmed, 8-bit octets decoded, encoded words left as they are. */
export function fieldText(bytes: Uint8Array, field: HeaderField): string {
  return textOfOctets(fieldOctets(bytes, field));
}

const encodedWord = /=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi;
const decoders = new Map<string, TextDecoder>();

function decoderOf(charset: string): TextDecoder | undefined {
  const label = charset.toLowerCase();
  const known = decoders.get(label);
  if (known) return known;
  try {
    const made = new TextDecoder(label);
    decoders.set(label, made);
    return made;
  } catch {
    return undefined;
  }
}

/**
 * Decodes RFC 2047 words in unfolded text. White space between adjacent words goes, and their octets are joined
 * first, because senders split a letter over two words. A word of an unknown charset stays as it is. Line breaks and
 * NUL that a word hides become spaces, so that decoded text cannot open a new field where it is used again (S9).
 */
export function decodeWords(text: string): string {
  let decoded = '';
  let at = 0;
  let pending: { charset: string; octets: Buffer[] } | undefined;
  const flush = (): void => {
    if (pending) decoded += decoderOf(pending.charset)?.decode(Buffer.concat(pending.octets)) ?? '';
    pending = undefined;
  };
  for (const match of text.matchAll(encodedWord)) {
    const charset = (match[1] ?? '').replace(/\*.*$/, '').toLowerCase();
    if (!decoderOf(charset)) continue;
    const gap = text.slice(at, match.index);
    if (!pending || gap.trim() !== '') {
      flush();
      decoded += gap;
    }
    if (pending?.charset !== charset) flush();
    pending ??= { charset, octets: [] };
    pending.octets.push(wordOctets(match[2] ?? '', match[3] ?? ''));
    at = match.index + match[0].length;
  }
  flush();
  return (decoded + text.slice(at)).replaceAll(/[\r\n\0]+/g, ' ');
}

function wordOctets(encoding: string, payload: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(payload, 'base64');
  const octets = payload
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  // oxlint-disable-next-line no-control-regex -- the question is whether each character is one octet
  return Buffer.from(octets, /^[\x00-\xff]*$/.test(octets) ? 'latin1' : 'utf8');
}
