import { domainToASCII } from 'node:url';
import type { OutboundMessage } from '#app/ports/outbound.ts';

/** A message as it leaves: octets signed and with CRLF, the envelope as it was accepted. */
export interface LeavingMessage extends OutboundMessage {
  /** Its header has octets beyond ASCII and it came by SMTPUTF8 (RFC 6531). */
  readonly headerUtf8: boolean;
}

/** Octets that cannot stand in a path, whatever the server makes of them (threats S9). */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const notInPath = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** Whether a text can stand between the brackets of a path; blanks and brackets only inside quotes. */
export function isPath(address: string): boolean {
  if (notInPath.test(address) || address.length > 1_000) return false;
  const local = address.slice(0, address.lastIndexOf('@'));
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(local);
  return local !== '' && !/[<>\s]/.test(quoted ? address.slice(local.length) : address);
}

/** A domain has its A-labels; a local part beyond ASCII has no other spelling. */
export function hasAsciiLocalPart(address: string): boolean {
  return /^\p{ASCII}*$/u.test(address.slice(0, Math.max(0, address.lastIndexOf('@'))));
}

/** A domain has its A-labels, but behind a local part beyond ASCII it may stay as it is (RFC 6531, section 3.3). */
function pathOf(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0 || !hasAsciiLocalPart(address) || /^\p{ASCII}*$/u.test(address)) return `<${address}>`;
  return `<${address.slice(0, at)}@${domainToASCII(address.slice(at + 1))}>`;
}

export function mailCommand(message: LeavingMessage, offers: ReadonlyMap<string, string>): string {
  const { sender, recipients, bytes, returnPart, envelopeId, requireTls, headerUtf8 } = message;
  const utf8 =
    offers.has('SMTPUTF8') &&
    (headerUtf8 ||
      [sender, ...recipients.map(({ address }) => address)].some((path) => !hasAsciiLocalPart(path)));
  const parameters = [
    ...(offers.has('SIZE') ? [`SIZE=${bytes.length}`] : []),
    // To a server without 8BITMIME an 8-bit body is sent all the same, as is common: to re-encode it would break its
    // signatures, and no server in use strips the eighth bit.
    ...(offers.has('8BITMIME') && hasEightBit(bytes) ? ['BODY=8BITMIME'] : []),
    ...(utf8 ? ['SMTPUTF8'] : []),
    ...(offers.has('DSN') && returnPart ? [`RET=${returnPart === 'full' ? 'FULL' : 'HDRS'}`] : []),
    ...(offers.has('DSN') && envelopeId !== undefined ? [`ENVID=${xtext(envelopeId)}`] : []),
    ...(requireTls && offers.has('REQUIRETLS') ? ['REQUIRETLS'] : []),
  ];
  return [`MAIL FROM:${pathOf(sender)}`, ...parameters].join(' ');
}

export function rcptCommand(
  recipient: OutboundMessage['recipients'][number],
  offers: ReadonlyMap<string, string>,
): string {
  const { address, notify, originalRecipient } = recipient;
  const command = `RCPT TO:${pathOf(address)}`;
  if (!offers.has('DSN')) return command;
  const parameters = [
    ...(notify && notify.length > 0 ? [`NOTIFY=${notify.join(',').toUpperCase()}`] : []),
    ...(originalRecipient === undefined ? [] : [`ORCPT=${originalRecipientOf(originalRecipient)}`]),
  ];
  return [command, ...parameters].join(' ');
}

/** `type;address`, the address in xtext (RFC 3461, section 4.2). */
function originalRecipientOf(value: string): string {
  const [, type = 'rfc822', address = value] = /^([A-Za-z0-9-]+);(.*)$/s.exec(value) ?? [];
  return `${type};${xtext(address)}`;
}

/** RFC 3461, section 4: what is no printable ASCII, and `+` and `=`, as `+` and two hexadecimal digits. */
function xtext(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(
      /[^!-*,-<>-~]/g,
      (octet) => `+${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

function hasEightBit(bytes: Buffer): boolean {
  // By an expression, because a loop over the octets of a large message takes many times as long.
  return /[\u0080-\u00ff]/.test(bytes.toString('latin1'));
}
