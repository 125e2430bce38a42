import { encodeMailboxName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { encodeStatus, scanStatusItems } from '#mail/imap/grammar/status-items.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

export const status = defineCommand({
  name: 'STATUS',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    return { path, items: scanStatusItems(scanner) };
  },
  run: async (session, { path, items }) => {
    const mailbox = await session.access.open(path);
    if (items.includes('HIGHESTMODSEQ')) session.useCondstore();
    session.output.line(
      `* STATUS ${encodeMailboxName(mailbox.path, session)} ${encodeStatus(mailbox, items)}`,
    );
    return completed('STATUS completed');
  },
});
