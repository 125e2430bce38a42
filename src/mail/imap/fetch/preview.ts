import type { OctetRange } from '#app/ports/mail.ts';
import type { MessageStructure, MimePart } from '#domain/mail/structure.ts';
import type { Session } from '#mail/imap/session.ts';
import { decodeText } from '#mail/message/decode-text.ts';
import { htmlToLines } from '#lib/html-lines.ts';
import { firstText } from '#mail/message/parse-message.ts';

/** RFC 8970, section 3.1: at most 200 characters, the octets of which are UTF-8. */
const previewCharactersMax = 200;
/** Stored octets that are decoded for it; HTML mail begins with kilobytes of styles. */
const readBytesMax = 16 * 1024;

/**
 * The beginning of the text of each message as a person reads it. It is always computed from the stored text, in one
 * statement for a batch, so that a lazy preview is at hand as well (RFC 8970, section 3.2). A message that could not
 * be parsed has none.
 */
export async function readPreviews(
  { access, view }: Session,
  uids: readonly number[],
  structures: ReadonlyMap<number, MessageStructure>,
): Promise<ReadonlyMap<number, string>> {
  const texts = new Map<number, MimePart>();
  const ranges: OctetRange[] = [];
  const previews = new Map<number, string>();
  for (const uid of uids) {
    const structure = structures.get(uid);
    if (structure === undefined) continue;
    const part = firstText(structure.root, 'plain') ?? firstText(structure.root, 'html');
    // A message without text has an empty preview, which is not the same as none at hand.
    if (part === undefined) previews.set(uid, '');
    else {
      texts.set(uid, part);
      const { start, end } = part.body;
      ranges.push({ uid, start, end: Math.min(end, start + readBytesMax) });
    }
  }
  if (ranges.length === 0) return previews;
  for (const [uid, octets] of await access.ranges(view.mailbox.id, ranges)) {
    const part = texts.get(uid);
    if (part !== undefined) previews.set(uid, previewOf(octets, part));
  }
  return previews;
}

function previewOf(octets: Buffer, part: MimePart): string {
  const isCut = part.body.end - part.body.start > octets.length;
  // Where octets are missing behind the end, a letter that is cut in two is left out.
  const body = { start: 0, end: octets.length + (isCut ? 1 : 0) };
  const decoded = decodeText(octets, { ...part, body }, octets.length);
  const text = part.subtype === 'html' ? htmlToLines(decoded) : decoded;
  const line = text
    .slice(0, readBytesMax)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  // Half of a surrogate pair at the end is no character.
  return line
    .slice(0, previewCharactersMax)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
