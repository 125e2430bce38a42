import { completed } from '#mail/imap/responses.ts';

import { anyState, defineCommand, noArguments } from './command.ts';

export const logout = defineCommand({
  name: 'LOGOUT',
  states: anyState,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    session.deselect();
    session.output.line('* BYE Logging out');
    session.door.requestEnd();
    return completed('LOGOUT completed');
  },
});
