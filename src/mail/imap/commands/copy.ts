import type { Copied } from '#app/ports/mail.ts';
import { orTryCreate } from '#mail/imap/error-responses.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanMessageSet } from '#mail/imap/grammar/sequence-set.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeNumberSet } from '#mail/imap/wire/encode.ts';

import { defineCommand, type ImapCommand, withMailbox } from './command.ts';

export const copy = copyCommand('COPY', false);
export const uidCopy = copyCommand('UID COPY', true);

function copyCommand(name: string, byUid: boolean): ImapCommand {
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
      const uids = view.resolve(set, byUid).map((ref) => ref.uid);
      if (uids.length === 0) return completed('No messages to copy');
      const copied = await orTryCreate(access.copy(view.mailbox.id, uids, path));
      if (path === view.mailbox.path) session.noteChange();
      return completed(`${name} completed`, copyUidCode(copied));
    },
  });
}

/** COPYUID of RFC 4315; undefined when nothing was there to copy. */
export function copyUidCode(copied: Copied): string | undefined {
  if (copied.targetUids.length === 0) return undefined;
  const [source, target] = [encodeNumberSet(copied.sourceUids), encodeNumberSet(copied.targetUids)];
  return `COPYUID ${copied.uidValidity} ${source} ${target}`;
}
