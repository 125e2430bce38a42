import type { Mailbox } from '#app/ports/mail.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/**
 * MAILBOXID (RFC 8474, section 4). It goes with a mailbox through renames; after a restore of the database, which
 * gives new UIDVALIDITYs, it is another.
 */
export function mailboxObjectId({ id, uidValidity }: Mailbox): string {
  return `F${id}-${uidValidity}`;
}

/** RFC 8474, section 7: letters, digits, `_` and `-`, at most 255 of them. */
export function scanObjectId(scanner: Scanner): string {
  const id = scanner.atom();
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(id)) throw new ImapSyntaxError('Bad object id');
  return id;
}
