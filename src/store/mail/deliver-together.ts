import type { Placement } from '#domain/mail/mail-rule.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { DeliverMail } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { storeUnthreaded, threadMessages } from './store-message.ts';

/** Mailbox rows that one statement of this file writes; a delivery with more goes by `deliverMessage`. */
export const entriesTogetherMax = 2_000;

/** More recipients than are delivered together: the message needs a transaction of its own. */
export class TooManyTogether extends Error {
  constructor(entries: number) {
    super(`${entries} mailbox entries are too many to write together`);
    this.name = 'TooManyTogether';
  }
}

type FreshMail = DeliverMail & { readonly message: PreparedMessage };

/**
 * Puts several messages into the mailboxes of their accounts, in as many statements as one message needs. The rules are
 * those of `deliverMessage`: messages are locked before mailboxes, mailboxes in id order before anything is written, a
 * placement's mailbox that is gone is INBOX, and an account without mailboxes is a fault. Several messages for one
 * mailbox get their UIDs in the order of the messages. Throws `TooManyTogether`.
 */
export async function deliverTogether(
  tx: Transaction,
  messages: readonly DeliverMail[],
): Promise<readonly { readonly messageId: string }[]> {
  const entries = messages.reduce((sum, { accountIds }) => sum + accountIds.length, 0);
  if (entries > entriesTogetherMax) throw new TooManyTogether(entries);
  const kept = await lockStored(tx, messages);
  // They travel together, and run in this order.
  const fresh = messages.filter((one): one is FreshMail => !('storedId' in one.message));
  const [boxes, freshIds] = await Promise.all([lockBoxes(tx, messages), storeUnthreaded(tx, fresh)]);
  const ids = new Map(fresh.map((message, nth): [DeliverMail, string] => [message, freshIds[nth] ?? '']));
  const rows = messages.flatMap((message) => {
    const { message: octets } = message;
    const id = 'storedId' in octets ? octets.storedId : (ids.get(message) ?? '');
    const size = 'storedId' in octets ? (kept.get(octets.storedId) ?? octets.size) : octets.bytes.length;
    const about = { message: id, size, at: message.receivedAt.toISOString() };
    return entriesOf(message, boxes).map((entry) => ({ ...about, ...entry }));
  });
  if (rows.length > 0) tx.send(fileSql, [JSON.stringify(rows)]);
  threadMessages(tx, fresh, freshIds);
  return messages.map((message) => ({
    messageId: 'storedId' in message.message ? message.message.storedId : (ids.get(message) ?? ''),
  }));
}

/** The lock of a foreign key: a message cannot be deleted before it is in a mailbox. */
async function lockStored(
  tx: Transaction,
  messages: readonly DeliverMail[],
): Promise<ReadonlyMap<string, number>> {
  const ids = messages.flatMap(({ message }) => ('storedId' in message ? [message.storedId] : []));
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<{ id: number; size: number }>(
    'select id, size from message where id = any($1::bigint[]) order by id for key share',
    [ids],
  );
  const sizes = new Map(rows.map(({ id, size }) => [String(id), size]));
  const gone = ids.find((id) => !sizes.has(id));
  if (gone !== undefined) throw new Error(`message ${gone} is not stored any more`);
  return sizes;
}

interface Box {
  readonly id: number;
  readonly account_id: string;
  readonly path: string;
  readonly special_use: string | null;
}

/** The mailboxes of accounts, by what they are asked for. */
interface Boxes {
  readonly inbox: ReadonlyMap<string, number>;
  readonly junk: ReadonlyMap<string, number>;
  readonly sent: ReadonlyMap<string, number>;
  /** By account and path. */
  readonly named: ReadonlyMap<string, number>;
}

/** `any(array(…))` is computed once; see `deliverMessage`, whose order of locks this is. */
async function lockBoxes(tx: Transaction, messages: readonly DeliverMail[]): Promise<Boxes> {
  const main = (into: 'inbox' | 'junk') => [
    ...new Set(messages.flatMap(({ accountIds, into: own = 'inbox' }) => (own === into ? accountIds : []))),
  ];
  const placed = messages.flatMap(({ placements = [] }) => placements);
  const copies = messages.flatMap(({ sentCopyOf }) => (sentCopyOf === undefined ? [] : [sentCopyOf]));
  const rows = await tx.rows<Box>(lockSql, [
    main('inbox'),
    main('junk'),
    copies,
    placed.map(({ accountId }) => accountId),
    placed.map(({ path }) => path),
  ]);
  const byUse = (is: (box: Box) => boolean) =>
    new Map(rows.filter(is).map(({ account_id, id }) => [account_id, id]));
  return {
    inbox: byUse(({ path }) => path === 'INBOX'),
    junk: byUse(({ special_use }) => special_use === String.raw`\Junk`),
    sent: byUse(({ special_use }) => special_use === String.raw`\Sent`),
    named: new Map(rows.map(({ account_id, path, id }) => [`${account_id} ${path}`, id])),
  };
}

const lockSql = prepared(`
  select b.id, b.account_id, b.path, b.special_use from mailbox b
  where b.id = any(array(
    select id from mailbox where account_id = any($1::uuid[]) and path = 'INBOX'
    union all
    select id from mailbox where account_id = any($2::uuid[]) and special_use = '\\Junk'
    union all
    select id from mailbox where account_id = any($3::uuid[]) and special_use = '\\Sent'
    union all
    select m.id from unnest($4::uuid[], $5::text[]) as p (account_id, path)
      join mailbox m on m.account_id = p.account_id and m.path = p.path))
  order by b.id for no key update`);

interface Entry {
  readonly box: number;
  readonly flags: number;
  readonly keywords: readonly string[];
}

function entriesOf(message: DeliverMail, boxes: Boxes): readonly Entry[] {
  const { accountIds, into = 'inbox', placements = [], sentCopyOf } = message;
  const own = new Map(placements.map((placement) => [placement.accountId, placement]));
  const received = [...new Set(accountIds)].map((accountId) =>
    entryOf(boxes, into, accountId, own.get(accountId)),
  );
  if (sentCopyOf === undefined) return received;
  const sent = boxes.sent.get(sentCopyOf);
  if (sent === undefined) throw new Error(`account ${sentCopyOf} has no Sent mailbox`);
  return [...received, { box: sent, flags: flagBit.seen, keywords: [] }];
}

function entryOf(boxes: Boxes, into: 'inbox' | 'junk', accountId: string, own: Placement | undefined): Entry {
  const main = boxes[into].get(accountId);
  const named = own === undefined ? undefined : boxes.named.get(`${accountId} ${own.path}`);
  const box = named ?? main;
  if (box === undefined || main === undefined)
    throw new Error(`account ${accountId} has no mailbox for what is delivered into its ${into}`);
  return { box, flags: own?.flags ?? 0, keywords: own?.keywords ?? [] };
}

/** Starts with every lock held, so that it sees the last UID that anyone has taken. */
const fileSql = prepared(`
  with entry as (
    select e.*, row_number() over (partition by e.box order by e.place) as nth
    from rows from (jsonb_to_recordset($1::jsonb)
        as (box bigint, message bigint, size int, at timestamptz, flags int, keywords text[]))
      with ordinality as e(box, message, size, at, flags, keywords, place)),
  taken as (
    update mailbox b
    set uid_next = b.uid_next + s.entries, highest_modseq = b.highest_modseq + s.entries,
        message_count = b.message_count + s.entries, unseen_count = b.unseen_count + s.unseen,
        deleted_count = b.deleted_count + s.deleted, total_size = b.total_size + s.size
    from (select box, count(*) as entries, count(*) filter (where flags & ${flagBit.seen} = 0) as unseen,
                 count(*) filter (where flags & ${flagBit.deleted} <> 0) as deleted, sum(size) as size
          from entry group by box) s
    where b.id = s.box
    returning b.id, b.uid_next - s.entries - 1 as uid, b.highest_modseq - s.entries as modseq)
  insert into mailbox_message (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
  select t.id, t.uid + e.nth, e.message, e.flags, e.keywords, t.modseq + e.nth, e.at, e.at, e.size
  from entry e join taken t on t.id = e.box`);
