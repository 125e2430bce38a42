import type { Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';

/**
 * Who belongs to a group has changed, in it or in one that it contains: sessions in mailboxes that are shared with
 * groups look at their rights again (threats H2). Few mailboxes are, so all of them are named.
 */
export async function tellSharedByGroup(tx: Transaction): Promise<void> {
  const rows = await tx.rows<{ account_id: string; ids: string[]; at: Date }>(
    `select b.account_id, array_agg(distinct b.id::text) as ids, now() as at
     from mailbox b where b.id in (select mailbox_id from mailbox_right where kind = 'group')
     group by b.account_id order by b.account_id`,
  );
  const [first] = rows;
  if (first === undefined) return;
  await recordEvents(
    tx,
    rows.map(({ account_id, ids }) => ({
      type: 'mailbox.changed',
      accountId: account_id,
      mailboxIds: ids,
    })),
    first.at,
  );
}
