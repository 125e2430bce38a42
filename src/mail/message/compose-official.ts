import { createHash } from 'node:crypto';
import type { Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { foldField, phraseWords, refuseLineBreaks, textWords } from './encode-header.ts';
import { formatMessageDate } from './message-date.ts';

/** The degrees of urgency as they are stamped (Decree 30/2020/NĐ-CP). */
export const urgencyStamps: Readonly<Record<Urgency, string | undefined>> = {
  normal: undefined,
  khan: 'KHẨN',
  thuong_khan: 'THƯỢNG KHẨN',
  hoa_toc: 'HỎA TỐC',
};

/** X-Priority is what mail programs show; Importance and Priority are RFC 2156, section 5.3. */
const priorities: Readonly<Record<Urgency, { xPriority: string; importance: string; priority: string }>> = {
  normal: { xPriority: '3 (Normal)', importance: 'normal', priority: 'normal' },
  khan: { xPriority: '2 (High)', importance: 'high', priority: 'urgent' },
  thuong_khan: { xPriority: '1 (Highest)', importance: 'high', priority: 'urgent' },
  hoa_toc: { xPriority: '1 (Highest)', importance: 'high', priority: 'urgent' },
};

/** A line of an official message: a heading, a labelled value, a paragraph, or the link. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'value'; readonly label: string; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'link'; readonly label: string; readonly url: string };

/** What every official message has; strings are not yet encoded. */
export interface OfficialMessage {
  /** With or without its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  /** The name of the empty group in To, e.g. `Nơi nhận`: the same octets go to everybody. */
  readonly to: string;
  readonly replyTo: string;
  readonly subject: string;
  readonly urgency: Urgency;
  /** Of the mail that a directive is. */
  readonly directiveId?: string;
  /** Fields of this kind of message, already valid header text, e.g. In-Reply-To. */
  readonly extra: readonly (readonly [name: string, words: readonly string[]])[];
  readonly blocks: readonly Block[];
}

/**
 * Writes RFC 5322 octets: ASCII only, CRLF only, no line above 76 octets but a long URL or id. The same input always
 * gives the same octets. Throws `line_break_in_field` and `bad_input`, both with the field's name.
 */
export function composeOfficial(message: OfficialMessage): Buffer {
  const { messageId, from, to, replyTo, subject, directiveId } = message;
  refuseLineBreaks({
    messageId,
    'from.name': from.name,
    'from.address': from.address,
    to,
    replyTo,
    subject,
    directiveId: directiveId ?? '',
  });
  const id = messageIdOf('messageId', messageId);
  if (directiveId !== undefined) requireAscii('directiveId', directiveId, /^[\x21-\x7e]{1,200}$/);
  if (Number.isNaN(message.date.getTime())) throw new HubError('bad_input', { field: 'date' });
  const priority = priorities[message.urgency];
  const boundary = `=_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
  const header = [
    foldField('From', mailboxWords(from)),
    foldField('To', groupWords(to)),
    foldField('Reply-To', [`<${addressSpec('replyTo', replyTo)}>`]),
    foldField('Subject', textWords(subject, 'Subject:'.length)),
    foldField('Date', [formatMessageDate(message.date)]),
    foldField('Message-ID', [id]),
    ...message.extra.map(([name, words]) => foldField(name, words)),
    foldField('X-Priority', [priority.xPriority]),
    foldField('Importance', [priority.importance]),
    foldField('Priority', [priority.priority]),
    ...(directiveId === undefined ? [] : [foldField('Chidao-Directive', [directiveId])]),
    foldField('MIME-Version', ['1.0']),
    foldField('Content-Language', ['vi']),
    foldField('Content-Type', ['multipart/alternative;', `boundary="${boundary}"`]),
  ];
  const parts = [
    textPart(boundary, 'plain', plainText(message.blocks)),
    textPart(boundary, 'html', htmlText(subject, message.blocks)),
  ];
  return Buffer.from(`${header.join('')}\r\n${parts.join('')}--${boundary}--\r\n`, 'latin1');
}

/** `<local@host>` of a message id. Throws `bad_input`. */
export function messageIdOf(field: string, value: string): string {
  refuseLineBreaks({ [field]: value });
  const bare = value.replace(/^<(.*)>$/, '$1');
  requireAscii(field, bare, /^[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}$/);
  return `<${bare}>`;
}

function requireAscii(field: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value)) throw new HubError('bad_input', { field });
}

/** A dot-atom address, which is all that the province's accounts have. */
function addressSpec(field: string, address: string): string {
  requireAscii(field, address, /^[\w!#$%&'*+\-/=?^`{|}~.]{1,64}@[A-Za-z0-9.-]{1,255}$/);
  return address;
}

function mailboxWords(from: OfficialMessage['from']): string[] {
  const spec = `<${addressSpec('from.address', from.address)}>`;
  return from.name === '' ? [spec] : [...phraseWords(from.name, 'From:'.length), spec];
}

/** An empty group (RFC 5322, section 3.4): nobody's address is shown to anybody. */
function groupWords(name: string): string[] {
  if (name === '') throw new HubError('bad_input', { field: 'to' });
  // A space stands between an encoded word and a special (RFC 2047, section 5, rule 3).
  return [...phraseWords(name, 'To:'.length), ':;'];
}

/** Base64, because quoted-printable makes Vietnamese longer and no more readable. */
function textPart(boundary: string, subtype: string, text: string): string {
  const octets = Buffer.from(text.toWellFormed(), 'utf8').toString('base64');
  const lines = octets.replaceAll(/.{1,76}/g, '$&\r\n');
  return (
    `--${boundary}\r\nContent-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: base64\r\n\r\n${lines}`
  );
}

/** Text that may hold paragraphs, with CRLF between lines. Throws `line_break_in_field` for NUL and a bare CR. */
export function textLines(field: string, text: string): string[] {
  if (/\0|\r(?!\n)/.test(text)) throw new HubError('line_break_in_field', { field });
  return text.split(/\r?\n/);
}

function plainText(blocks: readonly Block[]): string {
  const lines: string[] = [];
  for (const block of blocks) {
    switch (block.kind) {
      case 'heading':
        lines.push(block.text.toLocaleUpperCase('vi'), '');
        break;
      case 'value':
        lines.push(`${block.label}: ${block.text}`);
        break;
      case 'paragraph':
        lines.push('', ...block.text.split('\n'));
        break;
      case 'link':
        lines.push('', `${block.label}:`, block.url);
        break;
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** No styles from elsewhere, no images, no scripts: nothing is loaded when the message is opened. */
function htmlText(title: string, blocks: readonly Block[]): string {
  const body = blocks.map(htmlBlock).join('\r\n');
  return (
    `<!DOCTYPE html>\r\n<html lang="vi">\r\n<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>\r\n` +
    `<body style="font-family: sans-serif; line-height: 1.5">\r\n${body}\r\n</body>\r\n</html>\r\n`
  );
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`;
    case 'value':
      return `<div><strong>${escapeHtml(block.label)}:</strong> ${escapeHtml(block.text)}</div>`;
    case 'paragraph':
      return `<p>${block.text.split('\n').map(escapeHtml).join('<br>\r\n')}</p>`;
    case 'link':
      return `<p><a href="${escapeHtml(block.url)}">${escapeHtml(block.label)}</a></p>`;
  }
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The address of the directive's page. Throws `bad_input` unless it is an http or https URL. */
export function pageUrl(field: string, url: string): string {
  refuseLineBreaks({ [field]: url });
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:')
    throw new HubError('bad_input', { field });
  return parsed.href;
}
