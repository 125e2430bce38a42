import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanDateTime } from '#mail/imap/grammar/date-time.ts';
import { type FlagList, scanFlagList } from '#mail/imap/grammar/flags.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** The message is whole before storage hears of it, so that an APPEND cut half-way leaves nothing (I12). */
export const append = defineCommand({
  name: 'APPEND',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
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
    return { path, ...flags, internalDate, bytes: scanner.literal() };
  },
  run: async (session, input) => {
    const { access } = session;
    // A literal of no octets is how a client gives an APPEND up (RFC 3502).
    if (input.bytes.length === 0) throw new CommandRefused('The message is empty');
    const appended = await orTryCreate(access.append({ accountId: access.accountId, ...input }));
    if (session.state === 'selected' && session.view.mailbox.path === input.path) session.noteChange();
    return completed('APPEND completed', `APPENDUID ${appended.uidValidity} ${appended.uid}`);
  },
});
