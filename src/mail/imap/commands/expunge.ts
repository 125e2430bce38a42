import { CommandRefused, completed } from '#mail/imap/responses.ts';
import { scanSequenceSet } from '#mail/imap/grammar/sequence-set.ts';
import type { Session } from '#mail/imap/session.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

export const expunge = defineCommand({
  name: 'EXPUNGE',
  states: withMailbox,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    await expungeNamed(session, undefined);
    return completed('EXPUNGE completed');
  },
});

/** UIDPLUS (RFC 4315): only those of the named messages that are flagged deleted. */
export const uidExpunge = defineCommand({
  name: 'UID EXPUNGE',
  states: withMailbox,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanSequenceSet(scanner, limits.sequenceRangesMax);
  },
  run: async (session, set) => {
    const uids = session.view.resolve(set, true).map((ref) => ref.uid);
    if (uids.length > 0) await expungeNamed(session, uids);
    return completed('UID EXPUNGE completed');
  },
});

async function expungeNamed(session: Session, uids: readonly number[] | undefined): Promise<void> {
  const { view } = session;
  if (view.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'CANNOT');
  await session.access.expunge(view.mailbox.id, uids);
  session.noteChange();
}
