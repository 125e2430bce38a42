import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { storeMessage } from './store-message.ts';

export type DeliverTo =
  | { readonly kind: 'accounts'; readonly accountIds: readonly string[] }
  /** Every row of `recipient` of the directive. */
  | { readonly kind: 'recipientsOf'; readonly directiveId: string };

export interface DeliverMessage {
  readonly message: PreparedMessage;
  readonly receivedAt: Date;
  readonly to: DeliverTo;
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Whose Sent mailbox gets the same message, seen and without keywords. */
  readonly sentCopyOf?: string | undefined;
}

export interface Delivered {
  readonly messageId: string;
  /** Inboxes that have it now. */
  readonly delivered: number;
}

/**
 * Puts one message into the INBOX of every account of `to`, whatever their quota: official mail arrives. The caller
 * records the event. A recipient without mailboxes is a fault, not a recipient left out: nothing is delivered then.
 */
export async function deliverMessage(tx: Transaction, input: DeliverMessage): Promise<Delivered> {
  const locked = await lockTargets(tx, input.to, input.sentCopyOf);
  const messageId = await storeMessage(tx, input.message, input.receivedAt);
  await tx.rows(fileSql, [
    locked.ids,
    messageId,
    input.message.bytes.length,
    input.flags,
    input.keywords,
    input.receivedAt,
  ]);
  return { messageId, delivered: locked.inboxes };
}

/**
 * Locks the mailboxes in id order before anything is written: an UPDATE locks in the order of its plan, and two that
 * overlap then wait for each other. The copy in Sent belongs to the same order. `NO KEY UPDATE` lets the foreign keys
 * of others check the mailbox meanwhile. The partial index `mailbox_inbox` finds the inboxes without reading the
 * other mailboxes of the province. The ids travel as one text, because nothing here looks at them.
 *
 * `any(array(…))` is computed once. With `in (…)` PostgreSQL checks the join again for each row whose lock had to
 * wait, against what is left of its other side, and an overlapping delivery found one inbox of sixty.
 */
async function lockTargets(
  tx: Transaction,
  to: DeliverTo,
  sentCopyOf: string | undefined,
): Promise<{ ids: string; inboxes: number }> {
  const wanted =
    to.kind === 'accounts'
      ? 'select unnest($1::uuid[]) as account_id'
      : 'select account_id from recipient where directive_id = $1';
  const [found] = await tx.rows<{ wanted: number; inboxes: number; copies: number; ids: string }>(
    `with wanted as materialized (${wanted}),
     target as (
       select b.id from wanted w join mailbox b on b.account_id = w.account_id where b.path = 'INBOX'
       union all
       select b.id from mailbox b where b.account_id = $2::uuid and b.special_use = '\\Sent'),
     locked as (
       select b.id, b.path from mailbox b where b.id = any(array(select id from target))
       order by b.id for no key update)
     select (select count(*) from wanted) as wanted, count(*) filter (where path = 'INBOX') as inboxes,
            count(*) filter (where path <> 'INBOX') as copies, coalesce(array_agg(id), '{}')::text as ids
     from locked`,
    [to.kind === 'accounts' ? [...new Set(to.accountIds)] : to.directiveId, sentCopyOf ?? null],
  );
  if (found === undefined) throw new Error('an aggregate gave no row');
  if (found.inboxes !== found.wanted)
    throw new Error(`${found.wanted} recipients, but only ${found.inboxes} of them have an INBOX`);
  if (sentCopyOf !== undefined && found.copies !== 1)
    throw new Error(`account ${sentCopyOf} has no Sent mailbox`);
  return found;
}

/**
 * One statement for all mailboxes, because 9,850 statements are 9,850 round trips under 9,850 locks. It is not the one
 * that locks: a statement whose lock has waited goes on with its snapshot from before the wait. This one starts with
 * every lock held, so it sees the last UID that anyone has taken. The array of ids tells the planner their number. No
 * indexed column changes and the fill factor leaves room, so each UPDATE of a mailbox stays in its page (HOT).
 */
const fileSql = `
  with taken as (
    update mailbox b
    set uid_next = b.uid_next + 1, highest_modseq = b.highest_modseq + 1, message_count = b.message_count + 1,
        unseen_count = b.unseen_count
          + case when b.path = 'INBOX' and $4::int & ${flagBit.seen} = 0 then 1 else 0 end,
        deleted_count = b.deleted_count
          + case when b.path = 'INBOX' and $4::int & ${flagBit.deleted} <> 0 then 1 else 0 end,
        total_size = b.total_size + $3::int
    where b.id = any($1::bigint[])
    returning b.id, b.uid_next - 1 as uid, b.highest_modseq as modseq, b.path = 'INBOX' as inbox)
  insert into mailbox_message (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
  select id, uid, $2::bigint, case when inbox then $4::int else ${flagBit.seen} end,
         case when inbox then $5::text[] else '{}' end, modseq, $6, $6, $3::int
  from taken`;
