import type { MessageStructure, MimePart } from '#domain/mail/structure.ts';
import { addressOf } from './addresses.ts';
import { decodeText } from './decode-text.ts';
import { decodeWords, fieldText, headerFields } from './header-fields.ts';
import { parseMessageDate } from './message-date.ts';
import { referencesMax } from './mime-limit.ts';
import { parseStructure } from './parse-structure.ts';
import { quotedHtmlToLines } from './quoted-html.ts';
import { scanMessage } from './scan-message.ts';

/** What is learned of a message once, while it is received. */
export interface ParsedMessage {
  readonly structure: MessageStructure;
  /** Encoded words decoded; '' when there is none. */
  readonly subject: string;
  /** With its angle brackets. */
  readonly messageId: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly references: readonly string[];
  /** Undefined also when the message has several From fields or several authors: nobody's word is taken then (S20). */
  readonly fromAddress: string | undefined;
  /** The To field, members of groups included. */
  readonly toAddresses: readonly string[];
  readonly sentAt: Date | undefined;
  /** The stamp that forbids the message, when it bears one. */
  readonly secretStamp: string | undefined;
  /** A machine wrote it: such mail never acknowledges anything. */
  readonly autoSubmitted: boolean;
  /** Of the mailing list that passed it on (RFC 2919), without its angle brackets, in lower case. */
  readonly listId: string | undefined;
  /** The first 4 KiB, in UTF-8, of the text that a person wrote. */
  readonly firstLines: string;
}

const firstLinesBytesMax = 4_096;
/** Octets of the stored body that are decoded to get them; HTML mail begins with kilobytes of styles. */
const firstLinesReadMax = 262_144;

/** Parses a whole message. Pure, and linear in its size; what is broken is read as far as it goes. */
export function parseMessage(bytes: Uint8Array): ParsedMessage {
  const structure = parseStructure(bytes);
  const { envelope, root } = structure;
  const facts = headerFacts(bytes, root);
  const authors = (envelope.from ?? []).map(addressOf).filter((address) => address !== undefined);
  return {
    structure,
    subject: decodeWords(envelope.subject ?? ''),
    messageId: messageIds(envelope.messageId ?? '')[0],
    inReplyTo: messageIds(envelope.inReplyTo ?? '')[0],
    references: facts.references,
    fromAddress: facts.fromFields === 1 && authors.length === 1 ? authors[0] : undefined,
    toAddresses: (envelope.to ?? []).map(addressOf).filter((address) => address !== undefined),
    sentAt: parseMessageDate(envelope.date ?? ''),
    secretStamp: scanMessage(bytes, structure, decodeText)?.stamp,
    autoSubmitted: facts.automatic || isReport(root),
    listId: facts.listId,
    firstLines: firstLinesOf(bytes, root),
  };
}

function messageIds(text: string): string[] {
  return [...text.matchAll(/<[^<>\s]{1,998}>/g)].slice(0, referencesMax).map((match) => match[0]);
}

function headerFacts(
  bytes: Uint8Array,
  root: MimePart,
): { fromFields: number; automatic: boolean; references: string[]; listId: string | undefined } {
  let fromFields = 0;
  let automatic = false;
  let references: string[] | undefined;
  let listId: string | undefined;
  for (const field of headerFields(bytes, root.header)) {
    if (field.name === 'from') fromFields += 1;
    if (field.name === 'references') references ??= messageIds(fieldText(bytes, field));
    if (field.name === 'list-id') listId ??= listIdOf(fieldText(bytes, field));
    automatic ||= saysAutomatic(field.name, () => fieldText(bytes, field).toLowerCase());
  }
  return { fromFields, automatic, references: references ?? [], listId };
}

const listIdCharactersMax = 255;

/** `Words <list.example>`; some write the id without brackets. */
function listIdOf(value: string): string | undefined {
  const id = (/<([^<>\s]+)>\s*$/.exec(value)?.[1] ?? value.trim()).toLowerCase();
  return id === '' || id.length > listIdCharactersMax || /\s/.test(id) ? undefined : id;
}

/** RFC 3834, sections 2 and 5; X-Auto-Response-Suppress and Precedence are what older systems write instead. */
function saysAutomatic(name: string, value: () => string): boolean {
  if (name === 'auto-submitted')
    return !/^no\b(?!-)/.test(
      value()
        .replaceAll(/\([^()]*\)/g, '')
        .trim(),
    );
  if (name === 'x-auto-response-suppress') return value() !== 'none';
  return name === 'precedence' && /^(?:bulk|list|junk)\b/.test(value());
}

/** A delivery or disposition report (RFC 3462, RFC 8098), also one without its multipart. */
function isReport(root: MimePart): boolean {
  if (root.type === 'multipart') return root.subtype === 'report';
  return (
    root.type === 'message' && /^(?:global-)?(?:delivery-status|disposition-notification)$/.test(root.subtype)
  );
}

function firstLinesOf(bytes: Uint8Array, root: MimePart): string {
  const plain = firstText(root, 'plain');
  const text = plain ? cutToBytes(decodeText(bytes, plain, firstLinesReadMax)) : '';
  const html = text.trim() === '' ? firstText(root, 'html') : undefined;
  return html ? cutToBytes(quotedHtmlToLines(decodeText(bytes, html, firstLinesReadMax))) : text;
}

/** The first text part that is neither an attachment nor inside an attached message. */
export function firstText(part: MimePart, subtype: string): MimePart | undefined {
  if (part.disposition?.type === 'attachment') return undefined;
  if (part.type === 'text' && part.subtype === subtype) return part;
  for (const child of part.parts ?? []) {
    const found = firstText(child, subtype);
    if (found) return found;
  }
  return undefined;
}

/** Cut at a whole character; NUL becomes a space, because PostgreSQL text cannot hold it. */
function cutToBytes(text: string): string {
  const target = new Uint8Array(firstLinesBytesMax);
  const { read } = new TextEncoder().encodeInto(text, target);
  return text.slice(0, read).replaceAll('\0', ' ');
}
