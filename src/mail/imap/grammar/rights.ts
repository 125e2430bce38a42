import type { RightsChange } from '#app/ports/mail-sharing.ts';
import { HubError } from '#domain/hub-error.ts';
import { parseRights } from '#domain/mail/mailbox-rights.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

const identifierBytesMax = 400;

/** Whose rights: an astring in UTF-8 (RFC 4314, section 3). */
export function scanIdentifier(scanner: Scanner): string {
  const octets = scanner.astring();
  if (octets.length > identifierBytesMax) throw new ImapSyntaxError('The identifier is too long');
  const identifier = octets.toString('utf8').normalize('NFC');
  if (/^-?$/.test(identifier)) throw new ImapSyntaxError('The identifier is empty');
  return identifier;
}

/** `lrs`, `+lrs` or `-lrs` (RFC 4314, section 3.1); an unknown letter is BAD. */
export function scanRightsChange(scanner: Scanner): { change: RightsChange; rights: number } {
  const text = scanner.astring().toString('latin1');
  const change = text.startsWith('+') ? 'add' : text.startsWith('-') ? 'remove' : 'replace';
  try {
    return { change, rights: parseRights(change === 'replace' ? text : text.slice(1)) };
  } catch (error) {
    if (error instanceof HubError) throw new ImapSyntaxError('No such right');
    throw error;
  }
}
