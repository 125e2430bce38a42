import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanIdentifier } from '#mail/imap/grammar/rights.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 4314, section 3.2. Who had the rights by the organisation has them no longer either. */
export const deleteacl = defineCommand({
  name: 'DELETEACL',
  states: signedIn,
  // It may end the session's own view of the mailbox: the answer comes before that.
  tells: 'nothing',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    return { path, identifier: scanIdentifier(scanner) };
  },
  run: async (session, { path, identifier }) => {
    await session.access.sharing.change(path, identifier, 'replace', 0);
    session.noteChange();
    return completed('DELETEACL completed');
  },
});
