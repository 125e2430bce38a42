import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanMessageSet } from '#mail/imap/grammar/sequence-set.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';

import { defineCommand, type ImapCommand, withMailbox } from './command.ts';
import { copyUidCode } from './copy.ts';

export const move = moveCommand('MOVE', false);
export const uidMove = moveCommand('UID MOVE', true);

/** RFC 6851: COPYUID comes untagged and before the EXPUNGE lines, which the updates of the session then give. */
function moveCommand(name: string, byUid: boolean): ImapCommand {
  return defineCommand({
    name,
    states: withMailbox,
    tells: 'all',
    parse: (scanner, limits) => {
      scanner.space();
      const set = scanMessageSet(scanner, limits.sequenceRangesMax);
      scanner.space();
      return { set, path: scanMailboxPath(scanner, limits.mailboxPathBytesMax) };
    },
    run: async (session, { set, path }) => {
      const { view, access } = session;
      if (view.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'CANNOT');
      const uids = view.resolve(set, byUid).map((ref) => ref.uid);
      if (uids.length === 0) return completed('No messages to move');
      const code = copyUidCode(await orTryCreate(access.move(view.mailbox.id, uids, path)));
      session.noteChange();
      if (code !== undefined) session.output.line(`* OK [${code}] Moved`);
      return { text: `${name} completed`, codeAfterUpdates: () => session.modseqCode() };
    },
  });
}
