import { scanListPattern, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { lostMailbox, subscribedLines } from '#mail/imap/mailbox/list-mailboxes.ts';
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
    const { access } = session;
    const lost = (await access.lostSubscriptions()).map(lostMailbox);
    for (const line of subscribedLines([...(await access.list()), ...lost], [pattern], session))
      session.output.line(line);
    return completed('LSUB completed');
  },
});
