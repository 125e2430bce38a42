import type { PreparedMessage, StoredMessage } from '#app/ports/mail-store.ts';
import type { Placement } from '#domain/mail/mail-rule.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import { storeMessage } from './store-message.ts';

export type DeliverTo =
  | { readonly kind: 'accounts'; readonly accountIds: readonly string[] }
  /** Every row of `recipient` of the directive. */
  | { readonly kind: 'recipientsOf'; readonly directiveId: string };

export interface DeliverMessage {
  /** One to store with the delivery, or one that is stored already. */
  readonly message: PreparedMessage | StoredMessage;
  readonly receivedAt: Date;
  readonly to: DeliverTo;
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Where it goes for everyone without a placement; INBOX when absent. */
  readonly into?: 'inbox' | 'junk';
  /** Of accounts of `to` whose rules say something else. Flags and keywords are added to those of all. */
  readonly placements?: readonly Placement[];
  /** Whose Sent mailbox gets the same message, seen and without keywords. */
  readonly sentCopyOf?: string | undefined;
}

export interface Delivered {
  readonly messageId: string;
  /** Accounts of `to`, each of which has it in one mailbox now. */
  readonly delivered: number;
}

/**
 * Puts one message into a mailbox of every account of `to`, whatever their quota: official mail arrives. That is INBOX
 * (or Junk), unless a placement says otherwise; a placement's mailbox that is gone is INBOX. The caller records the
 * event. A recipient without mailboxes is a fault, not a recipient left out: nothing is delivered then.
 */
export async function deliverMessage(tx: Transaction, input: DeliverMessage): Promise<Delivered> {
  // Messages are locked before mailboxes; one that is made here is nobody else's yet.
  const stored = 'storedId' in input.message ? await lockStored(tx, input.message) : undefined;
  const locked = await lockTargets(tx, input);
  const { id: messageId, size } = stored ?? (await storeNew(tx, input));
  if (locked.targets > 0)
    await tx.rows(fileSql, [
      locked.ids,
      messageId,
      size,
      input.flags,
      input.keywords,
      input.receivedAt,
      locked.sent,
    ]);
  if (locked.placed !== null)
    await tx.rows(placeSql, [placedRows(locked.placed, input), messageId, size, input.receivedAt]);
  return { messageId, delivered: locked.wanted };
}

/** The lock of a foreign key: the message cannot be deleted before it is in a mailbox. */
async function lockStored(
  tx: Transaction,
  { storedId }: StoredMessage,
): Promise<{ id: string; size: number }> {
  const [row] = await tx.rows<{ size: number }>('select size from message where id = $1 for key share', [
    storedId,
  ]);
  if (row === undefined) throw new Error(`message ${storedId} is not stored any more`);
  return { id: storedId, size: row.size };
}

async function storeNew(tx: Transaction, input: DeliverMessage): Promise<{ id: string; size: number }> {
  if ('storedId' in input.message) throw new Error('a stored message is not stored again');
  return {
    id: await storeMessage(tx, input.message, input.receivedAt),
    size: input.message.bytes.length,
  };
}

interface LockedTargets {
  readonly wanted: number;
  /** Mailboxes that everyone's delivery goes to, and the copy in Sent. */
  readonly ids: string;
  readonly targets: number;
  readonly sent: number | null;
  /** The mailbox of each placement; null when there is none. */
  readonly placed: readonly { readonly account_id: string; readonly mailbox_id: number }[] | null;
}

/**
 * Locks the mailboxes in id order before anything is written: an UPDATE locks in the order of its plan, and two that
 * overlap then wait for each other. The copy in Sent and the mailboxes of placements belong to the same order. `NO KEY
 * UPDATE` lets the foreign keys of others check the mailbox meanwhile. The partial index `mailbox_inbox` finds the
 * inboxes without reading the other mailboxes of the province. The ids travel as one text, because nothing here looks
 * at them.
 *
 * `any(array(…))` is computed once. With `in (…)` PostgreSQL checks the join again for each row whose lock had to
 * wait, against what is left of its other side, and an overlapping delivery found one inbox of sixty.
 *
 * A placement's mailbox is looked for again among the locked rows: one that was renamed or deleted during the wait is
 * no longer there, and INBOX, which is locked too, takes its place.
 */
async function lockTargets(tx: Transaction, input: DeliverMessage): Promise<LockedTargets> {
  const { to, sentCopyOf, into = 'inbox', placements = [] } = input;
  const recipients = to.kind === 'accounts' ? [...new Set(to.accountIds)] : to.directiveId;
  const parameters: unknown[] = [recipients, sentCopyOf ?? null];
  if (placements.length > 0)
    parameters.push(
      placements.map((placement) => placement.accountId),
      placements.map((placement) => placement.path),
    );
  const [found] = await tx.rows<LockedTargets & { main: number; copies: number }>(
    lockSql(to.kind, into, placements.length > 0),
    parameters,
  );
  if (found === undefined) throw new Error('an aggregate gave no row');
  if (found.main !== found.wanted)
    throw new Error(
      `${found.wanted} recipients, but only ${found.main} of them have ${into === 'junk' ? 'a Junk mailbox' : 'an INBOX'}`,
    );
  if (sentCopyOf !== undefined && found.sent === null)
    throw new Error(`account ${sentCopyOf} has no Sent mailbox`);
  return found;
}

function lockSql(to: DeliverTo['kind'], into: 'inbox' | 'junk', withPlacements: boolean): string {
  const wanted =
    to === 'accounts'
      ? 'select unnest($1::uuid[]) as account_id'
      : 'select account_id from recipient where directive_id = $1';
  const main = into === 'inbox' ? `path = 'INBOX'` : `special_use = '\\Junk'`;
  const sent = `account_id = $2::uuid and special_use = '\\Sent'`;
  const placement = 'unnest($3::uuid[], $4::text[]) as p (account_id, path)';
  const target = withPlacements
    ? `${main} and account_id <> all(array(select account_id from placed)) or ${sent}`
    : 'true';
  return `
    with wanted as materialized (${wanted}),
    target as (
      select b.id from wanted w join mailbox b on b.account_id = w.account_id where b.${main}
      union all
      select b.id from mailbox b where b.${sent}${
        withPlacements
          ? `
      union all
      select b.id from ${placement} join wanted w on w.account_id = p.account_id
      join mailbox b on b.account_id = p.account_id and b.path = p.path`
          : ''
      }),
    locked as (
      select b.id, b.account_id, b.path, b.special_use
      from mailbox b where b.id = any(array(select id from target))
      order by b.id for no key update)${
        withPlacements
          ? `,
    placed as (
      select distinct on (p.account_id) p.account_id, coalesce(l.id, m.id) as mailbox_id
      from ${placement}
      join locked m on m.account_id = p.account_id and m.${main}
      left join locked l on l.account_id = p.account_id and l.path = p.path)`
          : ''
      }
    select (select count(*) from wanted) as wanted, count(*) filter (where ${main}) as main,
           count(*) filter (where ${target}) as targets, max(id) filter (where ${sent}) as sent,
           coalesce(array_agg(id) filter (where ${target}), '{}')::text as ids,
           ${withPlacements ? '(select jsonb_agg(to_jsonb(placed)) from placed)' : 'null'} as placed
    from locked`;
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
          + case when b.id is distinct from $7::bigint and $4::int & ${flagBit.seen} = 0 then 1 else 0 end,
        deleted_count = b.deleted_count
          + case when b.id is distinct from $7::bigint and $4::int & ${flagBit.deleted} <> 0 then 1 else 0 end,
        total_size = b.total_size + $3::int
    where b.id = any($1::bigint[])
    returning b.id, b.uid_next - 1 as uid, b.highest_modseq as modseq, b.id is distinct from $7::bigint as received)
  insert into mailbox_message (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
  select id, uid, $2::bigint, case when received then $4::int else ${flagBit.seen} end,
         case when received then $5::text[] else '{}' end, modseq, $6, $6, $3::int
  from taken`;

/** The same for placements, which differ in flags and keywords. Almost nobody has a rule: it is seldom run at all. */
const placeSql = `
  with placed as (select * from jsonb_to_recordset($1::jsonb) as p (id bigint, flags int, keywords text[])),
  taken as (
    update mailbox b
    set uid_next = b.uid_next + 1, highest_modseq = b.highest_modseq + 1, message_count = b.message_count + 1,
        unseen_count = b.unseen_count + case when p.flags & ${flagBit.seen} = 0 then 1 else 0 end,
        deleted_count = b.deleted_count + case when p.flags & ${flagBit.deleted} <> 0 then 1 else 0 end,
        total_size = b.total_size + $3::int
    from placed p where b.id = p.id
    returning b.id, b.uid_next - 1 as uid, b.highest_modseq as modseq, p.flags, p.keywords)
  insert into mailbox_message (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
  select id, uid, $2::bigint, flags, keywords, modseq, $4, $4, $3::int from taken`;

/** The rows of `placeSql`. */
function placedRows(
  placed: NonNullable<LockedTargets['placed']>,
  { placements = [], flags, keywords }: DeliverMessage,
): string {
  const byAccount = new Map(placements.map((placement) => [placement.accountId, placement]));
  const rows = placed.map(({ account_id, mailbox_id }) => {
    const own = byAccount.get(account_id);
    return {
      id: mailbox_id,
      flags: flags | (own?.flags ?? 0),
      keywords: [...new Set([...keywords, ...(own?.keywords ?? [])])],
    };
  });
  return JSON.stringify(rows);
}
