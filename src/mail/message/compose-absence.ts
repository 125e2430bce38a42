import type { AbsenceReply, AnswerableHeader, AnsweredMessage } from '#app/ports/mail-settings.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { addressOf, parseAddresses } from './addresses.ts';
import { messageIdOf, textLines } from './compose-official.ts';
import { foldField, phraseWords, refuseLineBreaks, textWords } from './encode-header.ts';
import { decodeWords, fieldOctets, fieldText, headerEnd, headerFields } from './header-fields.ts';
import { formatMessageDate } from './message-date.ts';

/** What the hub writes without a person's hand; strings are not yet encoded. */
interface AutomaticMessage {
  /** With or without its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  /** RFC 3834, section 5: an answer to a message, or written of its own accord. */
  readonly autoSubmitted: 'auto-replied' | 'auto-generated';
  /** Already valid header text, e.g. In-Reply-To. */
  readonly extra: readonly (readonly [name: string, words: readonly string[]])[];
  /** Lines end in LF or CRLF. */
  readonly text: string;
}

const subjectCharactersMax = 300;
/** A thread is found by its first message and its nearest ones. */
const nearestReferencesMax = 20;

/**
 * A reply that somebody is away (RFC 3834, section 3). The same input gives the same octets. Throws
 * `line_break_in_field` and `bad_input`, both with the field's name.
 */
export function composeAbsence(reply: AbsenceReply & { readonly messageId: string }): Buffer {
  const { from, answered } = reply;
  const subject = reply.subject ?? answered.subject ?? '';
  return composeAutomatic({
    messageId: reply.messageId,
    date: reply.date,
    from,
    to: reply.to,
    subject: `Tự động trả lời: ${subject}`,
    autoSubmitted: 'auto-replied',
    extra: threadFields(answered),
    text:
      `${reply.text}\n\n--\nThư này được gửi tự động thay cho ${from.name === '' ? from.address : from.name}.\n` +
      'This is an automatic reply.',
  });
}

/** Writes RFC 5322 octets: ASCII only, CRLF only. Throws as `composeAbsence` does. */
export function composeAutomatic(message: AutomaticMessage): Buffer {
  const { from, to, subject } = message;
  refuseLineBreaks({ 'from.name': from.name, 'from.address': from.address, to, subject });
  if (Number.isNaN(message.date.getTime())) throw new HubError('bad_input', { field: 'date' });
  const author = `<${plainAddress('from.address', from.address)}>`;
  const header = [
    foldField('From', from.name === '' ? [author] : [...phraseWords(from.name, 'From:'.length), author]),
    foldField('To', [`<${plainAddress('to', to)}>`]),
    foldField('Subject', textWords(cut(subject.trim()), 'Subject:'.length)),
    foldField('Date', [formatMessageDate(message.date)]),
    foldField('Message-ID', [messageIdOf('messageId', message.messageId)]),
    ...message.extra.map(([name, words]) => foldField(name, words)),
    foldField('Auto-Submitted', [message.autoSubmitted]),
    // What some servers look at instead of Auto-Submitted.
    foldField('X-Auto-Response-Suppress', ['All']),
    foldField('MIME-Version', ['1.0']),
    foldField('Content-Type', ['text/plain;', 'charset=utf-8']),
    foldField('Content-Transfer-Encoding', ['base64']),
  ];
  const text = `${textLines('text', message.text).join('\r\n')}\r\n`;
  const lines = Buffer.from(text.toWellFormed(), 'utf8')
    .toString('base64')
    .replaceAll(/.{1,76}/g, '$&\r\n');
  return Buffer.from(`${header.join('')}\r\n${lines}`, 'latin1');
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= subjectCharactersMax
    ? text
    : `${characters.slice(0, subjectCharactersMax - 1).join('')}…`;
}

function plainAddress(field: string, address: string): string {
  if (!/^[\w!#$%&'*+\-/=?^`{|}~.]{1,64}@[A-Za-z0-9.-]{1,255}$/.test(address))
    throw new HubError('bad_input', { field });
  return address;
}

/** In-Reply-To and References (RFC 5322, section 3.6.4), with such ids as can be written. */
export function threadFields({
  messageIdHeader,
  references,
}: Pick<AnsweredMessage, 'messageIdHeader' | 'references'>): (readonly [string, readonly string[]])[] {
  if (messageIdHeader === undefined || !isWritableId(messageIdHeader)) return [];
  const writable = references.filter((id) => isWritableId(id) && id !== messageIdHeader);
  const kept = writable.filter((_, index) => index === 0 || index > writable.length - nearestReferencesMax);
  return [
    ['In-Reply-To', [messageIdHeader]],
    ['References', [...kept, messageIdHeader]],
  ];
}

function isWritableId(id: string): boolean {
  return /^<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>$/.test(id);
}

/** What decides whether a message may be answered, and what an answer takes from it. Linear in the header. */
export function answerableHeader(bytes: Uint8Array): AnswerableHeader {
  const authors: string[] = [];
  const to: string[] = [];
  const values = new Map<string, string>();
  let fromFields = 0;
  let list = false;
  for (const field of headerFields(bytes, { start: 0, end: headerEnd(bytes) })) {
    const { name } = field;
    const addresses = () =>
      parseAddresses(fieldOctets(bytes, field)).flatMap((entry) => addressOf(entry) ?? []);
    if (name === 'from') {
      fromFields += 1;
      authors.push(...addresses());
    } else if (name === 'to' || name === 'cc') to.push(...addresses().map(canonicalAddress));
    else if (name.startsWith('list-')) list = true;
    else if (named.has(name) && !values.has(name)) values.set(name, fieldText(bytes, field));
  }
  return {
    from: fromFields === 1 && authors.length === 1 ? authors[0] : undefined,
    autoSubmitted: wordOf(values.get('auto-submitted')),
    precedence: wordOf(values.get('precedence')),
    list,
    responseSuppress: wordOf(values.get('x-auto-response-suppress')),
    report: /^multipart\/report\b|^message\/(?:global-)?(?:delivery-status|disposition-notification)\b/i.test(
      values.get('content-type') ?? '',
    ),
    to,
    answered: {
      messageIdHeader: idsOf(values.get('message-id'))[0],
      references: idsOf(values.get('references') ?? values.get('in-reply-to')),
      subject: values.has('subject') ? decodeWords(values.get('subject') ?? '') : undefined,
    },
  };
}

const named = new Set([
  'auto-submitted',
  'precedence',
  'x-auto-response-suppress',
  'content-type',
  'message-id',
  'references',
  'in-reply-to',
  'subject',
]);

/** The value in lower case, without comments and parameters. */
function wordOf(value: string | undefined): string | undefined {
  return value
    ?.replaceAll(/\([^()]*\)/g, '')
    .replace(/;.*$/s, '')
    .trim()
    .toLowerCase();
}

function idsOf(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(/<[^<>\s]{1,998}>/g)].map((match) => match[0]);
}
