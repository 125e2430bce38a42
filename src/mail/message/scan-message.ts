import type { ByteRange, MessageStructure, MimePart } from '#domain/mail/structure.ts';
import {
  findSecretStamp,
  findSecretStampInHeader,
  findSecretStampInSubject,
  stampCharactersMax,
  stampOfField,
  type SecretStamp,
} from '#domain/secrecy/secret-stamp.ts';
import { htmlToLines } from '#lib/html-lines.ts';
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

export interface FoundStamp {
  readonly stamp: SecretStamp;
  /** Where it stands, for the audit: `subject`, `header x-do-mat`, `part 2, line 14`. Never content. */
  readonly where: string;
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
    if ((bytes[at] ?? 0) >= 0x80 && end - at <= stampCharactersMax * 4) {
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
