import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

/** Expunges without a word, unless the mailbox was only examined (RFC 9051, section 6.4.1). */
export const close = defineCommand({
  name: 'CLOSE',
  states: withMailbox,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    const { view } = session;
    if (!view.readOnly) await session.access.expunge(view.mailbox.id, undefined);
    session.deselect();
    return completed('CLOSE completed');
  },
});
