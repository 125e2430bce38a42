import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, type ImapCommand, signedIn } from './command.ts';

export const subscribe = subscriptionCommand('SUBSCRIBE', true);

export function subscriptionCommand(name: string, subscribed: boolean): ImapCommand {
  return defineCommand({
    name,
    states: signedIn,
    tells: 'all',
    parse: (scanner, limits) => {
      scanner.space();
      return scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    },
    run: async (session, path) => {
      await session.access.subscribe(path, subscribed);
      return completed(`${name} completed`);
    },
  });
}
