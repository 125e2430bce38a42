import type { MessageFact } from '#app/ports/mail.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

import { scanDate, startOfDay } from './date-time.ts';
import { scanObjectId } from './object-id.ts';

/** EMAILID and THREADID (RFC 8474, section 6), SAVEDBEFORE and its like (RFC 8514, section 4.3); else undefined. */
export function scanFact(scanner: Scanner, name: string): MessageFact | undefined {
  switch (name) {
    case 'EMAILID':
      return { kind: 'email_id', id: scanObjectId(scanner) };
    case 'THREADID':
      return { kind: 'thread_id', id: scanObjectId(scanner) };
    case 'SAVEDBEFORE':
      return { kind: 'saved', from: undefined, before: startOfDay(scanDate(scanner)) };
    case 'SAVEDSINCE':
      return { kind: 'saved', from: startOfDay(scanDate(scanner)), before: undefined };
    case 'SAVEDON': {
      const day = scanDate(scanner);
      return { kind: 'saved', from: startOfDay(day), before: startOfDay(day + 1) };
    }
    default:
      return undefined;
  }
}
