import type { Transaction } from '#store/database.ts';
import { anyOf, prepared } from '#store/prepared.ts';
import { recordReceipts } from '#store/directive/record-receipts.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { readableSql } from './asker.ts';
import { askerOf, changeMail, type MailSession } from './mail-change.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';

/**
 * A device has fetched from these messages: the receipt "arrived" of the official ones among them, for the account whose
 * mailbox it is. Most
 * calls find nothing new and end after one read. Throws `mailbox_unknown`.
 */
export async function recordArrived(
  session: MailSession,
  mailboxId: string,
  uids: readonly number[],
): Promise<void> {
  const asker = askerOf(session);
  const [found] = await session.database.rows<{ owner: string; directives: string[] }>(arrivedSql, [
    mailboxKey(mailboxId),
    asker.accountId,
    uids,
    asker.at,
  ]);
  if (found === undefined) await requireMailbox(session.database, asker, mailboxId);
  if (found === undefined || found.directives.length === 0) return;
  const receipts = found.directives.map((directiveId) => ({ directiveId, accountId: found.owner }));
  await changeMail(session, async (tx, { at }) => ({
    result: undefined,
    changed: [],
    events: await recordReceipts(tx, { kind: 'arrived', at, receipts }),
  }));
}

const arrivedSql = prepared(`
  select b.account_id as owner, array(
     select d.id
     from mailbox_message e
     join directive d on d.message_id = e.message_id
     join recipient r on r.directive_id = d.id and r.account_id = b.account_id
     where e.mailbox_id = b.id and e.uid = ${anyOf('$3')} and r.arrived_at is null
     order by d.id) as directives
   from mailbox b where b.id = $1 and ${readableSql('$2', '$4')}`);

/**
 * Sets `\Seen` wherever the account keeps a message: the other half of "opened in the page". Called before
 * `recordReceipts`, because directives are locked last. Returns the mailboxes that changed.
 *
 * The account's lock keeps mailboxes from being made, and the locks on all of its mailboxes keep the message from
 * moving between them, until the flag is set.
 */
export async function markSeen(
  tx: Transaction,
  input: { readonly accountId: string; readonly messageId: string },
): Promise<readonly string[]> {
  const { accountId, messageId } = input;
  await tx.rows('select id from account where id = $1 for no key update', [accountId]);
  await tx.rows('select id from mailbox where account_id = $1 order by id for no key update', [accountId]);
  const rows = await tx.rows<{ id: number }>(
    `with unseen as materialized (
       select e.mailbox_id, e.uid
       from mailbox_message e join mailbox b on b.id = e.mailbox_id
         left join mailbox_seen s on s.mailbox_id = b.id and s.account_id = $1 and s.uid = e.uid
       where e.message_id = $2 and b.account_id = $1
         and not coalesce(s.seen, e.flags & ${flagBit.seen} <> 0)),
     box as (
       update mailbox b set highest_modseq = b.highest_modseq + 1,
         unseen_count = b.unseen_count - case when b.personal_seen then 0 else u.n end
       from (select mailbox_id, count(*) as n from unseen group by mailbox_id) u
       where b.id = u.mailbox_id
       returning b.id, b.highest_modseq as modseq, b.personal_seen),
     moved as (
       update mailbox_message e set flags = e.flags | ${flagBit.seen}, modseq = box.modseq
       from unseen u join box on box.id = u.mailbox_id
       where e.mailbox_id = u.mailbox_id and e.uid = u.uid and not box.personal_seen),
     mark as materialized (
       select u.mailbox_id, u.uid, box.modseq from unseen u join box on box.id = u.mailbox_id where box.personal_seen),
     marked as (
       insert into mailbox_seen (mailbox_id, account_id, uid, seen, modseq)
       select mailbox_id, $1, uid, true, modseq from mark
       on conflict (mailbox_id, account_id, uid) do update set seen = true, modseq = excluded.modseq),
     reader as (
       insert into mailbox_reader as v (mailbox_id, account_id, seen_delta)
       select mailbox_id, $1, count(*) from mark group by mailbox_id
       on conflict (mailbox_id, account_id) do update set seen_delta = v.seen_delta + excluded.seen_delta)
     select id from box order by id`,
    [accountId, messageId],
  );
  return rows.map((row) => String(row.id));
}
