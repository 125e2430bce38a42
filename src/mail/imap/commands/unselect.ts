import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

/** RFC 3691: leaves the mailbox and expunges nothing. */
export const unselect = defineCommand({
  name: 'UNSELECT',
  states: withMailbox,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    session.deselect();
    return completed('UNSELECT completed');
  },
});
