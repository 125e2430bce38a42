import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanIdentifier, scanRightsChange } from '#mail/imap/grammar/rights.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 4314, section 3.1. An identifier behind a `-` has the rights taken away whoever else may give them. */
export const setacl = defineCommand({
  name: 'SETACL',
  states: signedIn,
  // It may end the session's own view of the mailbox: the answer comes before that.
  tells: 'nothing',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    const identifier = scanIdentifier(scanner);
    scanner.space();
    return { path, identifier, ...scanRightsChange(scanner) };
  },
  run: async (session, { path, identifier, change, rights }) => {
    await session.access.sharing.change(path, identifier, change, rights);
    session.noteChange();
    return completed('SETACL completed');
  },
});
