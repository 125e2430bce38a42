import type { Transaction } from '#store/database.ts';
import { recalledKeyword } from './keywords.ts';

/**
 * Marks a recalled official message wherever it lies, also in folders it was moved to: `$Recalled` and a new modseq.
 * Returns the accounts that hold it.
 *
 * Locks are taken as everywhere in the mail store: message, mailboxes in id order, then directives. So a recall calls
 * this before it locks the directive. The lock on the message waits for moves and copies that are under way (they
 * hold a key share of it) and holds off new ones, otherwise it could be looked for in the mailbox it has just left.
 *
 * The UIDs travel along as arrays so that each step joins one intermediate result to a table by its key. A join of two
 * intermediate results, of which the planner knows no sizes, becomes a nested loop: 9,850 times 9,850.
 */
export async function markRecalled(tx: Transaction, messageId: string): Promise<readonly string[]> {
  await tx.rows('select id from message where id = $1 for update', [messageId]);
  await tx.rows(
    `select id from mailbox where id = any(array(select mailbox_id from mailbox_message where message_id = $1))
     order by id for no key update`,
    [messageId],
  );
  const rows = await tx.rows<{ account_id: string }>(
    `with moved as (
       update mailbox b set highest_modseq = b.highest_modseq + 1
       from (select mailbox_id, array_agg(uid) as uids from mailbox_message where message_id = $1 group by mailbox_id) e
       where b.id = e.mailbox_id
       returning b.id, b.account_id, b.highest_modseq as modseq, e.uids),
     marked as (
       update mailbox_message e
       set modseq = m.modseq,
           keywords = case when $2 = any(e.keywords) then e.keywords else array_append(e.keywords, $2) end
       from (select id, account_id, modseq, unnest(uids) as uid from moved) m
       where e.mailbox_id = m.id and e.uid = m.uid
       returning m.account_id)
     select distinct account_id from marked order by account_id`,
    [messageId, recalledKeyword],
  );
  return rows.map((row) => row.account_id);
}
