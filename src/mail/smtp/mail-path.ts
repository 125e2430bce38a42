import type { SmtpReply } from './smtp-refusal.ts';

const routeRefused: SmtpReply = { code: 550, status: '5.7.1', text: 'Source routes are refused' };
const relayRefused: SmtpReply = { code: 550, status: '5.7.1', text: 'Relaying denied' };
const utf8Refused: SmtpReply = { code: 553, status: '5.6.7', text: 'A non-ASCII address needs SMTPUTF8' };

/** What an address command says of its path, before smtp-server has read and tidied it. */
export interface PathCommand {
  /** The whole line: `RCPT TO:<…> …`. */
  readonly line: string;
  readonly smtpUtf8: boolean;
}

/**
 * Refuses the forms by which a mail server was once asked to pass a message on: a source route, which smtp-server would
 * strip and accept (RFC 5321, appendix F.2), `user%theirs@ours`, `theirs!user@ours`, `user@theirs@ours`, and address
 * literals, behind which no domain of ours can stand (threats S6). Undefined when the path is an ordinary one.
 */
export function refusalOfPath({ line, smtpUtf8 }: PathCommand): SmtpReply | undefined {
  const path = /^[^:]*:\s*(?:<([^>]*)>?|(\S*))/.exec(line);
  const address = path?.[1] ?? path?.[2] ?? '';
  if (address.startsWith('@') || /[,:]/.test(address.replace(/\[[^[\]]*\]$/, ''))) return routeRefused;
  if (/[%!]/.test(address) || address.split('@').length > 2) return relayRefused;
  if (/@\[|\]$/.test(address)) return relayRefused;
  return !smtpUtf8 && /\P{ASCII}/u.test(line) ? utf8Refused : undefined;
}

/** RFC 5321, section 4.5.1: `<postmaster>` without a domain is a recipient everywhere. */
export function fullAddress(address: string, domain: string): string {
  return address.includes('@') ? address : `${address}@${domain}`;
}
