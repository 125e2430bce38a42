import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, signedIn } from './command.ts';

/** RFC 2342: the account's own mailboxes and no others yet. */
export const namespace = defineCommand({
  name: 'NAMESPACE',
  states: signedIn,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.output.line('* NAMESPACE (("" "/")) NIL NIL');
    return completed('NAMESPACE completed');
  },
});
