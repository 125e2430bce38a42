import { isIP } from 'node:net';
import { HubError } from '#domain/hub-error.ts';
import { readComment, readQuoted } from './addresses.ts';
import { refuseLineBreaks } from './encode-header.ts';
import { fieldOctets, headerEnd, headerFields, lineEnd } from './header-fields.ts';
import { formatMessageDate } from './message-date.ts';
import { isHeaderStart } from './parse-structure.ts';

/** How a message came in: the words of RFC 3848 for Received. */
/** RFC 3848, and RFC 6531, section 4.3, for a transaction with SMTPUTF8. */
export type TransferProtocol = 'SMTP' | `${'ESMTP' | 'UTF8SMTP'}${'' | 'S' | 'A' | 'SA'}`;

export interface Trace {
  /** The envelope sender; '' for the null sender. */
  readonly returnPath: string;
  /** As the client said it; never trusted. */
  readonly helo: string;
  readonly clientAddress: string;
  /** Our own name, also the authserv-id of Authentication-Results. */
  readonly hostname: string;
  readonly protocol: TransferProtocol;
  /** Our id of the transaction, for the message trace. */
  readonly id: string;
  /** Named only when there is one, so that nobody learns of a blind copy (RFC 5321, section 7.2). */
  readonly recipient: string | undefined;
  readonly receivedAt: Date;
}

/** The stored message has LF, in our own fields, so a CR alone ends no line of it whatever was received. */
const lineBreak = 10;

export interface TracedMessage {
  readonly bytes: Buffer;
  /** How many octets of `bytes` are ours; the received message without what was removed follows. */
  readonly traceLength: number;
}

/**
 * Puts Return-Path, then `results` (whole Authentication-Results and Received-SPF fields with CRLF, made by us), then
 * Received (RFC 5321, section 4.4) before the received octets, from which only the Authentication-Results that bear
 * our own name are removed (RFC 8601, section 5); every other octet stays. Where the received octets do not begin
 * with a header, an empty line is put between: otherwise a first line that begins with a space would continue our own
 * field, and one with text would be hidden in the header. Throws `line_break_in_field`, `bad_input`.
 */
export function prependTrace(
  received: Uint8Array,
  trace: Trace,
  results: readonly string[] = [],
): TracedMessage {
  const kept = withoutOwnResults(received, trace.hostname);
  const firstEnd = lineEnd(received, 0, received.length, lineBreak);
  const separator = isHeaderStart(received, 0, firstEnd, lineBreak) ? '' : '\r\n';
  const fields = `${returnPathField(trace)}${results.join('')}${receivedField(trace)}${separator}`;
  const head = Buffer.from(fields, 'utf8');
  return { bytes: Buffer.concat([head, ...kept]), traceLength: head.length };
}

function returnPathField(trace: Trace): string {
  return `Return-Path: <${pathOf('returnPath', trace.returnPath)}>\r\n`;
}

function receivedField(trace: Trace): string {
  const { hostname, id, protocol } = trace;
  refuseLineBreaks({ hostname, id });
  if (!/^[\w.-]{1,200}$/.test(id)) throw new HubError('bad_input', { field: 'id' });
  const recipient = trace.recipient === undefined ? [] : [`for <${pathOf('recipient', trace.recipient)}>`];
  const lines = [
    `Received: from ${heloOf(trace.helo)} (${addressLiteral(trace.clientAddress)})`,
    `by ${heloOf(hostname)} with ${protocol} id ${id}`,
    ...recipient,
  ];
  return `${lines.join('\r\n\t')};\r\n\t${formatMessageDate(trace.receivedAt)}\r\n`;
}

/** Throws `line_break_in_field` for a path that would end its field, `bad_input` for one that would end its brackets. */
function pathOf(field: string, path: string): string {
  refuseLineBreaks({ [field]: path });
  if (/[<>\p{Cc}\u2028\u2029]/u.test(path) || path.length > 1_000) {
    throw new HubError('bad_input', { field });
  }
  return path;
}

/** The client chooses this text: what cannot stand in a domain or an address literal becomes `?`. */
function heloOf(name: string): string {
  const clean = name.slice(0, 255).replaceAll(/[^A-Za-z0-9.:[\]_-]/g, '?');
  return clean === '' ? 'unknown' : clean;
}

function addressLiteral(address: string): string {
  const version = isIP(address);
  if (version === 0) return 'unknown';
  return version === 6 ? `[IPv6:${address}]` : `[${address}]`;
}

/** The received octets in the pieces that remain. The header is what it will be behind our trace, first line included. */
function withoutOwnResults(received: Uint8Array, hostname: string): Uint8Array[] {
  const firstEnd = lineEnd(received, 0, received.length, lineBreak);
  if (!isHeaderStart(received, 0, firstEnd, lineBreak)) return [received];
  const pieces: Uint8Array[] = [];
  let from = 0;
  const header = { start: 0, end: headerEnd(received, 0, lineBreak) };
  for (const field of headerFields(received, header, lineBreak)) {
    if (field.name !== 'authentication-results') continue;
    if (authservIdOf(fieldOctets(received, field)) !== hostname.toLowerCase()) continue;
    pieces.push(received.subarray(from, field.start));
    from = field.end;
  }
  pieces.push(received.subarray(from));
  return pieces;
}

/** The authserv-id of an Authentication-Results value (RFC 8601, section 2.2), lower case; comments passed over. */
function authservIdOf(value: string): string {
  let at = 0;
  while (at < value.length) {
    const char = value.charAt(at);
    if (char === '(') at = readComment(value, at).end;
    else if (char === ' ' || char === '\t') at += 1;
    else break;
  }
  if (value.charAt(at) === '"') return readQuoted(value, at).text.trim().toLowerCase();
  return (/^[^\s;(]*/.exec(value.slice(at))?.[0] ?? '').toLowerCase();
}
