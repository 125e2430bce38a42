import { CommandRefused } from '#mail/imap/responses.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

/** US-ASCII and UTF-8, and one is a part of the other; any other is refused with the two (RFC 9051, section 7.1). */
export function scanCharset(scanner: Scanner): void {
  const charset = scanner.astring().toString('latin1').toUpperCase();
  if (charset !== 'UTF-8' && charset !== 'US-ASCII') {
    throw new CommandRefused('The charset is not known', 'BADCHARSET (UTF-8 US-ASCII)');
  }
  scanner.space();
}
