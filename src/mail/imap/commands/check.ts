import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

/** Every answered command is committed, so that a checkpoint is a NOOP (RFC 3501, section 6.4.1). */
export const check = defineCommand({
  name: 'CHECK',
  states: withMailbox,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.noteChange();
    return completed('CHECK completed');
  },
});
