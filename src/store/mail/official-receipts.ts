import type { Transaction } from '#store/database.ts';
import { recordReceipts } from '#store/directive/record-receipts.ts';
import { HubError } from '#domain/hub-error.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { mailboxKey } from './mailbox-rows.ts';

/**
 * The account's device has fetched from these messages: the receipt "arrived" of the official ones among them. Most
 * calls find nothing new and end after one read. Throws `mailbox_unknown`.
 */
export async function recordArrived(
  session: MailSession,
  mailboxId: string,
  uids: readonly number[],
): Promise<void> {
  const { accountId } = session;
  const [found] = await session.database.rows<{ directives: string[] }>(
    `select array(
       select d.id
       from mailbox_message e
       join directive d on d.message_id = e.message_id
       join recipient r on r.directive_id = d.id and r.account_id = b.account_id
       where e.mailbox_id = b.id and e.uid = any($3::bigint[]) and r.arrived_at is null
       order by d.id) as directives
     from mailbox b where b.id = $1 and b.account_id = $2`,
    [mailboxKey(mailboxId), accountId, uids],
  );
  if (found === undefined) throw new HubError('mailbox_unknown');
  if (found.directives.length === 0) return;
  const receipts = found.directives.map((directiveId) => ({ directiveId, accountId }));
  await changeMail(session, async (tx, at) => ({
    result: undefined,
    mailboxIds: [],
    events: await recordReceipts(tx, { kind: 'arrived', at, receipts }),
  }));
}

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
       where e.message_id = $2 and b.account_id = $1 and e.flags & ${flagBit.seen} = 0),
     box as (
       update mailbox b set highest_modseq = b.highest_modseq + 1, unseen_count = b.unseen_count - u.n
       from (select mailbox_id, count(*) as n from unseen group by mailbox_id) u
       where b.id = u.mailbox_id
       returning b.id, b.highest_modseq as modseq),
     moved as (
       update mailbox_message e set flags = e.flags | ${flagBit.seen}, modseq = box.modseq
       from unseen u join box on box.id = u.mailbox_id
       where e.mailbox_id = u.mailbox_id and e.uid = u.uid)
     select id from box order by id`,
    [accountId, messageId],
  );
  return rows.map((row) => String(row.id));
}
