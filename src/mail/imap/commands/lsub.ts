import { scanListPattern, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { subscribedLines } from '#mail/imap/mailbox/list-mailboxes.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

export const lsub = defineCommand({
  name: 'LSUB',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const reference = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    return reference + scanListPattern(scanner, limits.mailboxPathBytesMax);
  },
  run: async (session, pattern) => {
    for (const line of subscribedLines(await session.access.list(), [pattern])) session.output.line(line);
    return completed('LSUB completed');
  },
});
