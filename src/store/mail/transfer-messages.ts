import type { Copied } from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { knownPath, lockPair, mailboxKey, type MailboxRow } from './mailbox-rows.ts';
import { requireQuota } from './quota.ts';
import { removeEntries } from './remove-entries.ts';

export interface TransferMessages {
  readonly accountId: string;
  readonly sourceId: string;
  readonly uids: readonly number[];
  readonly targetPath: string;
  /** Otherwise a copy. */
  readonly move: boolean;
  readonly at: Date;
}

/** COPY and MOVE of a session. Throws `mailbox_unknown`, `over_quota` (copy). */
export function transferInSession(
  session: MailSession,
  input: {
    readonly mailboxId: string;
    readonly uids: readonly number[];
    readonly toPath: string;
    readonly move: boolean;
  },
): Promise<Copied> {
  const { uids, move } = input;
  const targetPath = knownPath(input.toPath);
  const sourceId = mailboxKey(input.mailboxId);
  return changeMail(session, async (tx, at) => {
    const { accountId } = session;
    const done = await transferMessages(tx, { accountId, sourceId, uids, targetPath, move, at });
    const touched = move ? [done.source.id, done.target.id] : [done.target.id];
    return { result: done.copied, mailboxIds: done.copied.sourceUids.length === 0 ? [] : touched };
  });
}

/**
 * Copies or moves entries in the order of their UIDs, with flags, keywords and internal date (RFC 9051, sections 6.4.7
 * and 6.4.8). UIDs that are not there are left out. All in the caller's transaction: a message is never in neither
 * mailbox.
 *
 * The messages are locked before the mailboxes, as a foreign key would lock them: they cannot be deleted meanwhile,
 * and the marking of a recalled message and a move see each other's result (see `markRecalled`).
 */
export async function transferMessages(
  tx: Transaction,
  input: TransferMessages,
): Promise<{ source: MailboxRow; target: MailboxRow; copied: Copied }> {
  const found = await tx.rows<{ uid: number }>(
    `select e.uid from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and b.account_id = $2 and e.uid = any($3::bigint[])
     order by m.id for key share of m`,
    [input.sourceId, input.accountId, input.uids],
  );
  const { source, target } = await lockPair(tx, input.accountId, input.sourceId, input.targetPath);
  const pairs = await insertCopies(
    tx,
    source,
    target,
    found.map((row) => row.uid),
    input.at,
  );
  const sourceUids = pairs.map((pair) => pair.uid);
  if (input.move) await removeEntries(tx, source.id, sourceUids);
  else await requireQuota(tx, input.accountId, 0);
  return {
    source,
    target,
    copied: { uidValidity: target.uid_validity, sourceUids, targetUids: pairs.map((pair) => pair.new_uid) },
  };
}

/** Both mailboxes are locked, so this statement's snapshot is the newest state of the entries and counters. */
function insertCopies(
  tx: Transaction,
  source: MailboxRow,
  target: MailboxRow,
  uids: readonly number[],
  at: Date,
): Promise<{ uid: number; new_uid: number }[]> {
  return tx.rows(
    `with chosen as materialized (
       select e.*, row_number() over (order by e.uid) as place
       from mailbox_message e where e.mailbox_id = $1 and e.uid = any($3::bigint[])),
     total as (
       select count(*) as n, coalesce(sum(size), 0) as size,
              count(*) filter (where flags & ${flagBit.seen} = 0) as unseen,
              count(*) filter (where flags & ${flagBit.deleted} <> 0) as deleted
       from chosen),
     box as (
       update mailbox b
       set uid_next = b.uid_next + t.n, highest_modseq = b.highest_modseq + 1, message_count = b.message_count + t.n,
           unseen_count = b.unseen_count + t.unseen, deleted_count = b.deleted_count + t.deleted,
           total_size = b.total_size + t.size
       from total t where b.id = $2 and t.n > 0
       returning b.uid_next - t.n - 1 as base, b.highest_modseq as modseq),
     filed as (
       insert into mailbox_message
         (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
       select $2, box.base + c.place, c.message_id, c.flags, c.keywords, box.modseq, c.internal_date, $4, c.size
       from chosen c cross join box)
     select c.uid, box.base + c.place as new_uid from chosen c cross join box order by c.uid`,
    [source.id, target.id, uids, at],
  );
}
