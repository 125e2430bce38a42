import { encodeMailboxName, encodeOldName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Octets } from '#mail/imap/wire/encode.ts';

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
    // RFC 9051, section 6.3.6.1.
    if (session.enabled.has('IMAP4REV2')) session.output.line(renamedLine(session, from, to));
    return completed('RENAME completed');
  },
});

function renamedLine(session: Session, from: string, to: string): Octets {
  return `* LIST () "/" ${encodeMailboxName(to, session)}${encodeOldName(from, session)}`;
}
