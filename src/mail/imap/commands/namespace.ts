import { otherUsersNamespace, sharedNamespace } from '#domain/mail/mailbox-path.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, signedIn } from './command.ts';

/** RFC 2342: one's own, those that other people share, and those of offices. */
export const namespace = defineCommand({
  name: 'NAMESPACE',
  states: signedIn,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.output.line(
      `* NAMESPACE (("" "/")) (("${otherUsersNamespace}/" "/")) (("${sharedNamespace}/" "/"))`,
    );
    return completed('NAMESPACE completed');
  },
});
