import { hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

/** Expunges without a word, unless the mailbox was only examined (RFC 9051, section 6.4.1) or one may not (RFC 4314, section 4). */
export const close = defineCommand({
  name: 'CLOSE',
  states: withMailbox,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    const { view } = session;
    const expunges = !view.readOnly && hasRights(session.rights, rightBit.e);
    if (expunges) await session.access.expunge(view.mailbox.id, undefined);
    session.deselect();
    return completed('CLOSE completed');
  },
});
