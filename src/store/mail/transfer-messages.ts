import type { Copied } from '#app/ports/mail.ts';
import { flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { type Asker, readableSql, requireRights } from './asker.ts';
import { officialKeywords } from './keywords.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { lockMailboxes, mailboxAt, mailboxKey, requireMailbox, type MailboxRow } from './mailbox-rows.ts';
import { mineSql, readerFlagsSql } from './personal-seen.ts';
import { requireQuota } from './quota.ts';
import { removeEntries } from './remove-entries.ts';

export interface TransferMessages {
  readonly asker: Asker;
  readonly sourceId: string;
  readonly uids: readonly number[];
  readonly targetPath: string;
  /** Otherwise a copy. */
  readonly move: boolean;
}

/** COPY and MOVE of a session. Throws `mailbox_unknown`, `not_permitted`, `over_quota`. */
export function transferInSession(
  session: MailSession,
  input: {
    readonly mailboxId: string;
    readonly uids: readonly number[];
    readonly toPath: string;
    readonly move: boolean;
  },
): Promise<Copied> {
  const { uids, move, toPath: targetPath } = input;
  const sourceId = mailboxKey(input.mailboxId);
  return changeMail(session, async (tx, asker) => {
    const done = await transferMessages(tx, { asker, sourceId, uids, targetPath, move });
    const touched = move ? [done.source, done.target] : [done.target];
    return { result: done.copied, changed: done.copied.sourceUids.length === 0 ? [] : touched };
  });
}

/** A move takes away from where it was, like `\Deleted` and EXPUNGE would (RFC 6851, section 4). */
export const rightsToMoveOut = rightBit.r | rightBit.t | rightBit.e;

/**
 * Copies or moves entries in the order of their UIDs, with flags, keywords and internal date (RFC 9051, sections 6.4.7
 * and 6.4.8), as far as the rights in the target reach. UIDs that are not there are left out. All in the caller's
 * transaction: a message is never in neither mailbox.
 *
 * The messages are locked before the mailboxes, as a foreign key would lock them: they cannot be deleted meanwhile,
 * and the marking of a recalled message and a move see each other's result (see `markRecalled`).
 */
export async function transferMessages(
  tx: Transaction,
  input: TransferMessages,
): Promise<{ source: MailboxRow; target: MailboxRow; copied: Copied }> {
  const { asker, sourceId, move } = input;
  await requireMailbox(tx, asker, sourceId);
  const targetFound = await mailboxAt(tx, asker, input.targetPath, rightBit.i);
  const found = await tx.rows<{ uid: number }>(
    `select e.uid from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and e.uid = any($3::bigint[]) and ${readableSql('$2', '$4')}
     order by m.id for key share of m`,
    [sourceId, asker.accountId, input.uids, asker.at],
  );
  const locked = await lockMailboxes(tx, asker, [sourceId, targetFound.id]);
  const source = requireRights(
    locked.find((row) => String(row.id) === sourceId),
    move ? rightsToMoveOut : rightBit.r,
  );
  const target = requireRights(
    locked.find((row) => row.id === targetFound.id),
    rightBit.i,
  );
  const uids = found.map((row) => row.uid);
  const pairs = await insertCopies(tx, source, target, asker, uids);
  const sourceUids = pairs.map((pair) => pair.uid);
  if (move) await removeEntries(tx, source.id, sourceUids);
  if (!move || source.account_id !== target.account_id) await requireQuota(tx, target.account_id, 0);
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
  asker: Asker,
  uids: readonly number[],
): Promise<{ uid: number; new_uid: number }[]> {
  const ownSeen = target.personal_seen ? ~flagBit.seen : -1;
  return tx.rows(
    `with ${mineSql('$1', '$5')},
     chosen as materialized (
       select e.uid, e.message_id, e.internal_date, e.size, row_number() over (order by e.uid) as place,
              (${readerFlagsSql}) & $6::int as flags,
              case when $8::boolean then e.keywords
                else array(select k from unnest(e.keywords) as k where k = any($9::text[])) end as keywords
       from mailbox_message e left join mine m on m.uid = e.uid
       where e.mailbox_id = $1 and e.uid = any($3::bigint[])),
     total as (
       select count(*) as n, coalesce(sum(size), 0) as size,
              count(*) filter (where flags & $7::int & ${flagBit.seen} = 0) as unseen,
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
       select $2, box.base + c.place, c.message_id, c.flags & $7::int, c.keywords, box.modseq, c.internal_date, $4, c.size
       from chosen c cross join box),
     mark as materialized (
       select box.base + c.place as uid, box.modseq from chosen c cross join box
       where c.flags & ~$7::int & ${flagBit.seen} <> 0),
     marked as (
       insert into mailbox_seen (mailbox_id, account_id, uid, seen, modseq)
       select $2, $5, uid, true, modseq from mark),
     reader as (
       insert into mailbox_reader as v (mailbox_id, account_id, seen_delta)
       select $2, $5, count(*) from mark having count(*) > 0
       on conflict (mailbox_id, account_id) do update set seen_delta = v.seen_delta + excluded.seen_delta)
     select c.uid, box.base + c.place as new_uid from chosen c cross join box order by c.uid`,
    [
      source.id,
      target.id,
      uids,
      asker.at,
      asker.accountId,
      flagsAllowed(target.rights),
      ownSeen,
      hasRights(target.rights, rightBit.w),
      officialKeywords,
    ],
  );
}
