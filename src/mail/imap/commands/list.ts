import { scanListArguments } from '#mail/imap/grammar/list-arguments.ts';
import { listLines } from '#mail/imap/mailbox/list-mailboxes.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

export const list = defineCommand({
  name: 'LIST',
  states: signedIn,
  tells: 'all',
  parse: scanListArguments,
  run: async (session, input) => {
    if (input.asksDelimiter) {
      session.output.line('* LIST (\\Noselect) "/" ""');
      return completed('LIST completed');
    }
    if (input.returns.status?.includes('HIGHESTMODSEQ') === true) session.useCondstore();
    for (const line of listLines(await session.access.list(), input)) session.output.line(line);
    return completed('LIST completed');
  },
});
