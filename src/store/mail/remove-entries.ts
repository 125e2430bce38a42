import { rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { lockMailbox } from './mailbox-rows.ts';

/** EXPUNGE and UID EXPUNGE (RFC 9051, sections 6.4.3 and 6.4.9). Throws `mailbox_unknown`, `not_permitted`. */
export function expungeDeleted(
  session: MailSession,
  mailboxId: string,
  uids: readonly number[] | undefined,
): Promise<readonly number[]> {
  return changeMail(session, async (tx, asker) => {
    const mailbox = await lockMailbox(tx, asker, mailboxId, rightBit.e);
    const deleted = await tx.rows<{ uid: number }>(
      `select uid from mailbox_message
       where mailbox_id = $1 and flags & ${flagBit.deleted} <> 0 and ($2::bigint[] is null or uid = any($2::bigint[]))`,
      [mailbox.id, uids ?? null],
    );
    const removed = await removeEntries(
      tx,
      mailbox.id,
      deleted.map((row) => row.uid),
    );
    return { result: removed, changed: removed.length === 0 ? [] : [mailbox] };
  });
}

/**
 * Takes entries out of a locked mailbox and keeps their UIDs with one new modseq, so that a client that was away
 * learns of it by QRESYNC (RFC 7162, section 3.2.6). Returns the UIDs that were there, ascending.
 */
export async function removeEntries(
  tx: Transaction,
  mailboxId: number,
  uids: readonly number[],
): Promise<readonly number[]> {
  if (uids.length === 0) return [];
  const rows = await tx.rows<{ uid: number }>(
    `with gone as (
       delete from mailbox_message where mailbox_id = $1 and uid = any($2::bigint[]) returning uid, flags, size),
     total as (
       select count(*) as n, coalesce(sum(size), 0) as size,
              count(*) filter (where flags & ${flagBit.seen} = 0) as unseen,
              count(*) filter (where flags & ${flagBit.deleted} <> 0) as deleted
       from gone),
     box as (
       update mailbox b
       set highest_modseq = b.highest_modseq + 1, message_count = b.message_count - t.n,
           unseen_count = b.unseen_count - t.unseen, deleted_count = b.deleted_count - t.deleted,
           total_size = b.total_size - t.size
       from total t where b.id = $1 and t.n > 0
       returning b.highest_modseq as modseq),
     unmarked as (
       delete from mailbox_seen s using gone where s.mailbox_id = $1 and s.uid = gone.uid
       returning s.account_id, s.seen::int - (gone.flags & ${flagBit.seen}) as seen),
     readers as (
       update mailbox_reader v set seen_delta = v.seen_delta - u.seen
       from (select account_id, sum(seen) as seen from unmarked group by account_id) u
       where v.mailbox_id = $1 and v.account_id = u.account_id),
     logged as (
       insert into expunged (mailbox_id, uid, modseq) select $1, gone.uid, box.modseq from gone cross join box)
     select uid from gone order by uid`,
    [mailboxId, uids],
  );
  return rows.map((row) => row.uid);
}
