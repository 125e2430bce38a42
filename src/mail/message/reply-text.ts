import type { MimePart } from '#domain/mail/structure.ts';
import { replyLimits } from '#domain/mail/reply/own-words.ts';
import type { ReplyToRead } from '#domain/mail/reply/reply-act.ts';
import { decodeText } from './decode-text.ts';
import { quotedHtmlToLines } from './quoted-html.ts';
import { unflow } from './unflow.ts';

/** Octets of the stored text that are decoded: HTML mail begins with kilobytes of styles. */
const replyOctetsMax = 512 * 1024;

/**
 * What a reply says and how many files it brings. Of alternatives the plain one is read, as long as it says something.
 * Pure, and linear in what it reads.
 */
export function replyText(bytes: Uint8Array, root: MimePart): ReplyToRead {
  const found: Found = { texts: [], attachments: 0 };
  collect(root, found, bytes);
  return {
    text: found.texts.join('\n').slice(0, replyLimits.replyCharactersMax),
    attachments: found.attachments,
  };
}

interface Found {
  readonly texts: string[];
  attachments: number;
}

function collect(part: MimePart, found: Found, bytes: Uint8Array): void {
  if (part.parts !== undefined) {
    if (part.subtype !== 'alternative') {
      for (const child of part.parts) collect(child, found, bytes);
      return;
    }
    // Files of every alternative count; words of the first that says something.
    let chosen: readonly string[] = [];
    for (const child of part.parts) {
      const inside: Found = { texts: [], attachments: 0 };
      collect(child, inside, bytes);
      found.attachments += inside.attachments;
      if (chosen.every((text) => text.trim() === '')) chosen = inside.texts;
    }
    found.texts.push(...chosen);
    return;
  }
  if (isShownText(part)) found.texts.push(textOf(part, bytes));
  else if (isFile(part)) found.attachments += 1;
}

function isShownText({ type, subtype, disposition }: MimePart): boolean {
  return type === 'text' && (subtype === 'plain' || subtype === 'html') && disposition?.type !== 'attachment';
}

/** Pictures of a signature are shown inside the text, and a signature over the mail is none of its files. */
function isFile({ type, subtype, disposition, id }: MimePart): boolean {
  if (/^(?:x-)?pkcs7-signature$|^pgp-signature$/.test(subtype) || type === 'multipart') return false;
  return disposition?.type === 'attachment' || id === undefined;
}

function textOf(part: MimePart, bytes: Uint8Array): string {
  const text = decodeText(bytes, part, replyOctetsMax);
  if (part.subtype === 'html') return quotedHtmlToLines(text);
  const flowed = part.params['format']?.toLowerCase() === 'flowed';
  return flowed ? unflow(text, part.params['delsp']?.toLowerCase() === 'yes') : text;
}
