import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, signedIn } from './command.ts';

/** RFC 8437: as after the greeting, with TLS and compression as they are; what was enabled is forgotten. */
export const unauthenticate = defineCommand({
  name: 'UNAUTHENTICATE',
  states: signedIn,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    session.door.requestSignOut();
    return completed('Signed out');
  },
});
