import type { NewMessage } from '#app/ports/mail.ts';
import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanDateTime } from '#mail/imap/grammar/date-time.ts';
import { type FlagList, scanFlagList } from '#mail/imap/grammar/flags.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import { encodeNumberSet } from '#mail/imap/wire/encode.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, signedIn } from './command.ts';

/**
 * One message or several (RFC 3502). All are whole before storage hears of them, so that an APPEND cut half-way leaves
 * nothing (I12).
 */
export const append = defineCommand({
  name: 'APPEND',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    const messages: NewMessage[] = [];
    do {
      scanner.space();
      messages.push(scanNewMessage(scanner, limits));
      if (messages.length > limits.appendMessagesMax) throw new ImapSyntaxError('Too many messages');
    } while (scanner.peekIs(' '));
    return { path, messages };
  },
  run: async (session, { path, messages }) => {
    const { access } = session;
    // A literal of no octets is how a client gives an APPEND up (RFC 3502).
    if (messages.some(({ bytes }) => bytes.length === 0)) throw new CommandRefused('The message is empty');
    const { accountId } = access;
    const appended = await orTryCreate(access.appendAll({ accountId, path, messages }));
    if (session.state === 'selected' && session.view.mailbox.path === path) session.noteChange();
    const uids = encodeNumberSet(appended.uids);
    return completed('APPEND completed', `APPENDUID ${appended.uidValidity} ${uids}`);
  },
});

/** `(\Seen) " 1-Feb-2026 08:30:00 +0700" {310}`, from the first parenthesis. */
export function scanNewMessage(scanner: Scanner, limits: ImapLimits): NewMessage {
  let flags: FlagList = { flags: 0, keywords: [] };
  if (scanner.peekIs('(')) {
    flags = scanFlagList(scanner, limits);
    scanner.space();
  }
  let internalDate: Date | undefined;
  if (scanner.peekIs('"')) {
    internalDate = scanDateTime(scanner);
    scanner.space();
  }
  return { ...flags, internalDate, bytes: scanOctets(scanner) };
}

/** A literal, a literal8 (RFC 3516), or `UTF8 (~{n}…)` (RFC 6855, section 4). */
function scanOctets(scanner: Scanner): Buffer {
  if (!scanner.skipKeyword('UTF8')) return scanner.literal8();
  scanner.space();
  scanner.expect('(');
  const bytes = scanner.literal8();
  scanner.expect(')');
  return bytes;
}
