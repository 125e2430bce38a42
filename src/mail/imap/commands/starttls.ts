import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { beforeLogin, defineCommand, noArguments } from './command.ts';

/** What was sent in clear behind it is dropped, and the session starts anew inside TLS (I5, S3). */
export const starttls = defineCommand({
  name: 'STARTTLS',
  states: beforeLogin,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    if (session.isSecure) throw new CommandRefused('TLS is active already', undefined, 'BAD');
    session.door.requestTls();
    return completed('Begin TLS negotiation now');
  },
});
