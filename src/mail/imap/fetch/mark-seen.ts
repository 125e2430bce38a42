import { hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { FetchItem } from '#mail/imap/grammar/fetch-items.ts';
import { encodeFlags } from '#mail/imap/grammar/flags.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { Session } from '#mail/imap/session.ts';

/** Whether to answer these items sets `\Seen` on a message. Without the right to it the message is read all the same. */
export function marksSeen(session: Session, items: readonly FetchItem[], row: IndexRow): boolean {
  return (
    (row.flags & flagBit.seen) === 0 &&
    !session.view.readOnly &&
    hasRights(session.rights, rightBit.s) &&
    items.some(setsSeen)
  );
}

function setsSeen(item: FetchItem): boolean {
  return (item.kind === 'body' || item.kind === 'binary') && !item.peek;
}

/**
 * Ends the FETCH line of a message with the flags that reading it has changed (RFC 9051, section 6.4.5). The connection
 * takes the content first: on an official message `\Seen` says that a person has opened it (architecture §5). When
 * storage fails, the line is ended without flags and the failure is thrown.
 */
export async function markSeen(session: Session, uid: number): Promise<void> {
  const { view, access, output } = session;
  await output.flush();
  let told = '';
  try {
    const mailboxId = view.mailbox.id;
    const change = { change: 'add', flags: flagBit.seen, keywords: [] } as const;
    const stored = await access.storeFlags({ mailboxId, uids: [uid], ...change });
    view.markAnswered(stored.entries);
    session.learn(stored);
    for (const { flags, keywords, modseq } of stored.entries) {
      told += ` FLAGS ${encodeFlags(flags, keywords)}`;
      if (session.knowsCondstore) told += ` MODSEQ (${modseq})`;
    }
  } finally {
    output.write(`${told})\r\n`);
  }
}
