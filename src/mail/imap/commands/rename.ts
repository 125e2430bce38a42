import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

export const rename = defineCommand({
  name: 'RENAME',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const from = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    const to = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    return { from, to: to.endsWith('/') ? to.slice(0, -1) : to };
  },
  run: async (session, { from, to }) => {
    if (to === '') throw new CommandRefused('The mailbox name is empty', 'CANNOT');
    await session.access.rename(from, to);
    session.noteChange();
    return completed('RENAME completed');
  },
});
