import { scanListArguments } from '#mail/imap/grammar/list-arguments.ts';
import { listLines, lostMailbox } from '#mail/imap/mailbox/list-mailboxes.ts';
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
    const { access } = session;
    const lost = input.select.subscribed ? await access.lostSubscriptions() : [];
    for (const line of listLines([...(await access.list()), ...lost.map(lostMailbox)], input, session))
      session.output.line(line);
    return completed('LIST completed');
  },
});
