import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import {
  decodeWords,
  fieldText,
  headerFields,
  latin1Of,
  lineBreakOf,
  lineEnd,
  textOfOctets,
} from './header-fields.ts';
import type { LineBreak } from './header-fields.ts';
import { htmlToLines } from './html-lines.ts';

/** The marks of the Law on the Protection of State Secrets; such content may not be on a networked machine. */
export type SecretStamp = 'MẬT' | 'TỐI MẬT' | 'TUYỆT MẬT';

export interface FoundStamp {
  readonly stamp: SecretStamp;
  /** Where it stands, for the audit: `subject`, `header x-do-mat`, `part 2, line 14`. Never content. */
  readonly where: string;
}

const stamps = new Map<string, SecretStamp>([
  ['MẬT', 'MẬT'],
  ['TỐIMẬT', 'TỐI MẬT'],
  ['TUYỆTMẬT', 'TUYỆT MẬT'],
]);
/** What systems write where only ASCII is possible; accepted in a header field that names the secrecy itself. */
const asciiStamps = new Map<string, SecretStamp>([
  ['MAT', 'MẬT'],
  ['TOIMAT', 'TỐI MẬT'],
  ['TUYETMAT', 'TUYỆT MẬT'],
]);

/** Longer boxes, without their surrounding space, cannot be a stamp. Characters. */
const boxLengthMax = 200;
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const decoration = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu;

/**
 * The stamp that a line or text box consists of: capitals, composed or decomposed, with nothing beside it but spaces
 * and decoration such as `*MẬT*` or `[MẬT]`. Letters set apart (`M Ậ T`) read the same. A word in a sentence and
 * lower case are no stamp.
 */
function stampOfBox(box: string): SecretStamp | undefined {
  const trimmed = box.replaceAll(invisible, '').trim();
  if (trimmed.length > boxLengthMax) return undefined;
  return stamps.get(trimmed.normalize('NFC').replaceAll(decoration, '').replaceAll(/\s+/g, ''));
}

/**
 * The value of a field `Độ mật:` that begins the box. The field says what the value is, so its case is free:
 * `Độ mật: Tối mật` is how registers print it.
 */
function stampOfField(box: string): SecretStamp | undefined {
  const trimmed = box.replaceAll(invisible, '').trim();
  if (trimmed.length > boxLengthMax) return undefined;
  const match = /^[^\p{L}\p{N}]*độ\s+mật[\s*_]*[:：=](.*)$/isu.exec(trimmed.normalize('NFC'));
  return match ? stampOfBox((match[1] ?? '').toUpperCase()) : undefined;
}

/** Text boxes side by side on one line: set apart by tabs, wide spaces or table rules. */
const boxGap = /\t+| {3,}|\|/;
/** Fields written one after the other on a line: `Độ khẩn: KHẨN; Độ mật: MẬT`. */
const fieldGap = ';';

/**
 * Every stamp and the name of the field hold an M and then an A, whatever its marks and form. Text is searched for
 * that first, so that the costly look is kept for the few lines that have it.
 */
const candidate = /m[\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[aâạậ]/iu;

function stampOfLine(line: string): SecretStamp | undefined {
  for (const box of [line, ...line.split(boxGap)]) {
    const stamp = candidate.test(box) ? (stampOfBox(box) ?? stampOfField(box)) : undefined;
    if (stamp) return stamp;
  }
  for (const field of line.split(fieldGap)) {
    const stamp = candidate.test(field) ? stampOfField(field) : undefined;
    if (stamp) return stamp;
  }
  return undefined;
}

const lineBreaks = '\r\n\v\f\u0085\u2028\u2029';

/** The first stamp in plain text and its line, counted from 1. */
export function findSecretStamp(text: string): { stamp: SecretStamp; line: number } | undefined {
  const candidates = new RegExp(candidate, 'giu');
  let passed = 0;
  for (let match = candidates.exec(text); match; match = candidates.exec(text)) {
    // The line around the candidate; a break inside it (`M` at the end of a line) ends the line.
    let start = match.index;
    while (start > passed && !lineBreaks.includes(text.charAt(start - 1))) start -= 1;
    let end = match.index;
    while (end < text.length && !lineBreaks.includes(text.charAt(end))) end += 1;
    const stamp = stampOfLine(text.slice(start, end));
    if (stamp) return { stamp, line: text.slice(0, start).split(/\r\n|[\r\n\v\f\u0085\u2028\u2029]/).length };
    passed = end;
    candidates.lastIndex = end;
  }
  return undefined;
}

/**
 * The stamp of a subject: the whole of it, also behind `Re:` or `Fwd:`, or a tag in brackets at its start or end
 * (`[MẬT] Kế hoạch …`), which is how a subject carries a text box.
 */
export function findSecretStampInSubject(subject: string): SecretStamp | undefined {
  const bare = subject.normalize('NFC').replace(/^(?:\s*(?:re|fw|fwd|tl|ct|trả lời|chuyển tiếp)\s*:)+/iu, '');
  const whole = stampOfBox(bare) ?? stampOfField(bare);
  if (whole) return whole;
  const tags = [
    ...(/^\s*((?:[[(【][^\])】]{0,60}[\])】]\s*)+)/u.exec(bare)?.[1] ?? '').split(/[\])】]/u),
    /[[(【]([^\])】[(【]{0,60})[\])】]\s*$/u.exec(bare.slice(-boxLengthMax))?.[1] ?? '',
  ];
  for (const tag of tags) {
    const stamp = stampOfBox(tag) ?? stampOfField(tag);
    if (stamp) return stamp;
  }
  return undefined;
}

/** The stamp of a header field that names the secrecy (`X-Do-Mat`, `Do-Mat`, `X-DoMat`), with or without marks. */
export function findSecretStampInHeader(name: string, value: string): SecretStamp | undefined {
  if (name.toLowerCase().replace(/^x-/, '').replaceAll(/[-_]/g, '') !== 'domat') return undefined;
  const stamp = stampOfBox(value.toUpperCase());
  return stamp ?? asciiStamps.get(value.toUpperCase().replaceAll(/[^A-Z]+/g, ''));
}

/**
 * The first stamp of a message: its header and subject, then text/plain, text/html and other text parts, in messages
 * inside it too. Unencoded application/octet-stream is read as text, because what lies beyond the parser's limits is
 * such a part. `decodeText` gives the decoded text of a part. Attachments of other types are not looked into.
 */
export function scanMessage(
  bytes: Uint8Array,
  structure: MessageStructure,
  decodeText: (bytes: Uint8Array, part: MimePart) => string,
): FoundStamp | undefined {
  return scanEntity({ bytes, lineBreak: lineBreakOf(bytes), decodeText }, structure, '');
}

interface MessageScan {
  readonly bytes: Uint8Array;
  readonly lineBreak: LineBreak;
  readonly decodeText: (bytes: Uint8Array, part: MimePart) => string;
}

/** `prefix` is what IMAP puts before the part numbers of this message: '' or for instance `2.`. */
function scanEntity(scan: MessageScan, message: MessageStructure, prefix: string): FoundStamp | undefined {
  const { root } = message;
  const inHeader = scanHeader(scan, root.header);
  if (inHeader) return inHeader;
  return root.parts ? scanParts(scan, root.parts, prefix) : scanPart(scan, root, `${prefix}1`);
}

function scanParts(scan: MessageScan, parts: readonly MimePart[], prefix: string): FoundStamp | undefined {
  for (const [index, part] of parts.entries()) {
    const found = scanPart(scan, part, `${prefix}${index + 1}`);
    if (found) return found;
  }
  return undefined;
}

function scanPart(scan: MessageScan, part: MimePart, section: string): FoundStamp | undefined {
  if (part.message) return scanEntity(scan, part.message, `${section}.`);
  if (part.parts) return scanParts(scan, part.parts, `${section}.`);
  if (!isScannable(part)) return undefined;
  const text = scan.decodeText(scan.bytes, part);
  const found = findSecretStamp(part.subtype === 'html' ? htmlToLines(text) : text);
  return found && { stamp: found.stamp, where: `part ${section}, line ${found.line}` };
}

function scanHeader(scan: MessageScan, header: ByteRange): FoundStamp | undefined {
  const { bytes, lineBreak } = scan;
  for (const field of headerFields(bytes, header, lineBreak)) {
    const subject = field.name === 'subject';
    if (!subject && !field.name.endsWith('mat')) continue;
    const value = decodeWords(fieldText(bytes, field));
    const stamp = subject ? findSecretStampInSubject(value) : findSecretStampInHeader(field.name, value);
    if (stamp) return { stamp, where: subject ? 'subject' : `header ${field.name}` };
  }
  return scanLettersOfHeader(scan, header);
}

/** `Độ mật: MẬT` in 8-bit letters is no field of RFC 5322, but a reader sees one. */
function scanLettersOfHeader(scan: MessageScan, header: ByteRange): FoundStamp | undefined {
  const { bytes, lineBreak } = scan;
  for (let at = header.start; at < header.end;) {
    const end = lineEnd(bytes, at, header.end, lineBreak);
    if ((bytes[at] ?? 0) >= 0x80 && end - at <= boxLengthMax * 4) {
      const stamp = stampOfField(textOfOctets(latin1Of(bytes, at, end)));
      if (stamp) return { stamp, where: 'header' };
    }
    at = end;
  }
  return undefined;
}

function isScannable(part: MimePart): boolean {
  if (part.type === 'text') return true;
  const encoded = part.encoding === 'BASE64' || part.encoding === 'QUOTED-PRINTABLE';
  return part.type === 'application' && part.subtype === 'octet-stream' && !encoded;
}
