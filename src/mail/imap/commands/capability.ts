import { capabilities } from '#mail/imap/capabilities.ts';
import { completed } from '#mail/imap/responses.ts';

import { anyState, defineCommand, noArguments } from './command.ts';

export const capability = defineCommand({
  name: 'CAPABILITY',
  states: anyState,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.output.line(`* CAPABILITY ${capabilities(session)}`);
    return completed('CAPABILITY completed');
  },
});
