import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import { scanMessageSet } from '#mail/imap/grammar/sequence-set.ts';
import type { Session } from '#mail/imap/session.ts';

import { defineCommand, noArguments, withMailbox } from './command.ts';

export const expunge = defineCommand({
  name: 'EXPUNGE',
  states: withMailbox,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    return expungeNamed(session, undefined, 'EXPUNGE completed');
  },
});

/** UIDPLUS (RFC 4315): only those of the named messages that are flagged deleted. */
export const uidExpunge = defineCommand({
  name: 'UID EXPUNGE',
  states: withMailbox,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanMessageSet(scanner, limits.sequenceRangesMax);
  },
  run: async (session, set) => {
    const uids = session.view.resolve(set, true).map((ref) => ref.uid);
    if (uids.length === 0) return completed('UID EXPUNGE completed');
    return expungeNamed(session, uids, 'UID EXPUNGE completed');
  },
});

async function expungeNamed(
  session: Session,
  uids: readonly number[] | undefined,
  text: string,
): Promise<Completion> {
  const { view } = session;
  if (view.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'CANNOT');
  const removed = await session.access.expunge(view.mailbox.id, uids);
  session.noteChange();
  return { text, codeAfterUpdates: () => (removed.length > 0 ? session.modseqCode() : undefined) };
}
