import { completed } from '#mail/imap/responses.ts';

import { anyState, defineCommand, noArguments } from './command.ts';

/** The client's way to poll, so that storage is always asked (RFC 9051, section 6.1.2). */
export const noop = defineCommand({
  name: 'NOOP',
  states: anyState,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.noteChange();
    return completed('NOOP completed');
  },
});
