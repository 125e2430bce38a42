import { flagBit } from '#domain/mail/structure.ts';

/*
 * Where `\Seen` is each reader's own, an entry's own flags say what it was for all when that began, and a row of
 * mailbox_seen what it is for one reader. Mailboxes where it is common have no such rows.
 */

/** The reader's marks in one mailbox, as the common table expression `mine`. */
export function mineSql(mailbox: string, reader: string): string {
  return `mine as materialized (
    select uid, seen, modseq from mailbox_seen
    where mailbox_id = ${mailbox}::bigint and account_id = ${reader}::uuid)`;
}

/** The flags of entry `e` as the reader with mark `m` sees them. */
export const readerFlagsSql = `case when m.seen is null then e.flags
  when m.seen then e.flags | ${flagBit.seen} else e.flags & ~${flagBit.seen} end`;

/** The modseq of entry `e` for that reader: his own mark is a change for him alone (RFC 7162, section 3.1). */
export const readerModseqSql = 'greatest(e.modseq, m.modseq)';
