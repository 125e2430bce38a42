import { hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

/**
 * Expunges without a word, unless the mailbox was only examined (RFC 9051, section 6.4.1) or one may not (RFC 4314,
 * section 4). Once QRESYNC is enabled the answer says how far the client is now (RFC 7162, section 3.2.8): to behind its
 * own expunge where nothing else has happened since it was last told, else only to where it was told of everything.
 */
export const close = defineCommand({
  name: 'CLOSE',
  states: withMailbox,
  tells: 'nothing',
  parse: noArguments,
  run: async (session) => {
    const { view, access } = session;
    const expunges = !view.readOnly && hasRights(session.rights, rightBit.e);
    const removed = expunges ? await access.expunge(view.mailbox.id, undefined) : [];
    const known = session.knowsQresync && removed.length > 0 ? await modseqBehind(session) : undefined;
    session.deselect();
    return completed('CLOSE completed', known === undefined ? undefined : `HIGHESTMODSEQ ${known}`);
  },
});

/** Each change takes one mod-sequence. */
async function modseqBehind({ view, access }: Session): Promise<number> {
  const before = view.completeModseq;
  const { highestModseq } = (await access.changesSince(view.mailbox.id, before)).mailbox;
  return highestModseq === before + 1 ? highestModseq : before;
}
