import { formatRights } from '#domain/mail/mailbox-rights.ts';
import { encodeMailboxName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 4314, section 3.5. */
export const myrights = defineCommand({
  name: 'MYRIGHTS',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanMailboxPath(scanner, limits.mailboxPathBytesMax);
  },
  run: async (session, path) => {
    const rights = formatRights(await session.access.sharing.rights(path));
    session.output.line(`* MYRIGHTS ${encodeMailboxName(path, session)} ${rights}`);
    return completed('MYRIGHTS completed');
  },
});
