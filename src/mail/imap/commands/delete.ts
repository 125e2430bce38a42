import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

export const deleteMailbox = defineCommand({
  name: 'DELETE',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanMailboxPath(scanner, limits.mailboxPathBytesMax);
  },
  run: async (session, path) => {
    await session.access.remove(path);
    // One's own selected mailbox may be the one; the session stays, without it.
    if (session.state === 'selected' && session.view.mailbox.path === path) session.deselect();
    return completed('DELETE completed');
  },
});
