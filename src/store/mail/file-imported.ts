import type { ImportedMessage } from '#app/ports/mail-import.ts';
import { flagsAllowed, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Transaction } from '#store/database.ts';
import type { Asker } from './asker.ts';
import { importedKeywords } from './keywords.ts';
import { lockMailbox, type MailboxRow } from './mailbox-rows.ts';

/** A row of `mail_import`. */
export interface ImportRow {
  readonly id: number;
  readonly folder: string;
  readonly mailbox_id: number;
  readonly uid_validity: number;
  readonly keeps_uids: boolean | null;
  /** Another import has once given a mailbox this UIDVALIDITY. */
  readonly uids_used: boolean;
}

export interface FileImported {
  /** The account itself: mail is brought into mailboxes of its own. */
  readonly asker: Asker;
  readonly row: ImportRow;
  readonly uidNext: number | undefined;
  readonly messages: readonly ImportedMessage[];
  /** Of the stored messages, in the same order. */
  readonly ids: readonly string[];
}

/** A mailbox that goes on from here has room for hundreds of millions of UIDs (RFC 9051: 32 bits). */
const keptNumberMax = 4_000_000_000;

/**
 * Puts stored messages into the mailbox of an import. The UIDs and the UIDVALIDITY of the source are kept when the mailbox
 * has never held anything, and as long as it has taken no UID of its own that the source uses too: a client's copy of a
 * message is filed under both numbers, and would be another message. When that happens the mailbox gets a new
 * UIDVALIDITY, which makes clients read it again (RFC 9051, section 2.3.1.1).
 */
export async function fileImported(
  tx: Transaction,
  input: FileImported,
): Promise<{
  readonly keepsUids: boolean;
  readonly changed: boolean;
  readonly droppedKeywords: readonly string[];
}> {
  const { row, messages, ids, asker } = input;
  const box = await lockMailbox(tx, asker, row.mailbox_id, rightBit.i);
  const plan = planUids(box, input);
  const dropped = new Set<string>();
  const entries = messages.map((each, index) => {
    const keywords = importedKeywords(each.keywords);
    for (const keyword of keywords.dropped) dropped.add(keyword);
    return {
      uid: plan.uids[index],
      message_id: ids[index],
      flags: each.flags & flagsAllowed(box.rights),
      keywords: keywords.kept,
      internal_date: each.internalDate,
      size: each.message.bytes.length,
    };
  });
  const uidValidity = await uidValidityOf(tx, asker.accountId, box, plan.uidValidity);
  const moves = plan.uidNext !== box.uid_next || uidValidity !== box.uid_validity;
  if (moves)
    await tx.rows(fileSql, [row.mailbox_id, JSON.stringify(entries), asker.at, plan.uidNext, uidValidity]);
  if (plan.keeps !== row.keeps_uids)
    await tx.rows('update mail_import set keeps_uids = $2 where id = $1', [row.id, plan.keeps]);
  return { keepsUids: plan.keeps, changed: moves, droppedKeywords: [...dropped] };
}

interface UidPlan {
  readonly keeps: boolean;
  readonly uids: readonly number[];
  readonly uidNext: number;
  /** `new`: one that the account has never had. */
  readonly uidValidity: number | 'new';
}

function planUids(box: MailboxRow, { row, uidNext, messages }: FileImported): UidPlan {
  const isUntouched = box.uid_next === 1 && box.message_count === 0;
  const mayKeep =
    row.keeps_uids === true
      ? box.uid_validity === row.uid_validity
      : row.keeps_uids === null && isUntouched && !row.uids_used && isKeepable(row.uid_validity);
  const given = mayKeep ? givenUids(box.uid_next, messages) : undefined;
  if (given !== undefined && (uidNext ?? 0) <= keptNumberMax)
    return {
      keeps: true,
      uids: given,
      uidNext: Math.max(box.uid_next, (given.at(-1) ?? 0) + 1, uidNext ?? 0),
      uidValidity: row.uid_validity,
    };
  return {
    keeps: false,
    uids: messages.map((_, index) => box.uid_next + index),
    uidNext: box.uid_next + messages.length,
    // The UIDs that were kept so far are not to be mistaken for those of the source any more.
    uidValidity: row.keeps_uids === true && mayKeep ? 'new' : box.uid_validity,
  };
}

function isKeepable(uidValidity: number): boolean {
  return uidValidity > 0 && uidValidity <= keptNumberMax;
}

/** The UIDs of the source, when each is higher than all that the mailbox has had before. */
function givenUids(uidNext: number, messages: readonly ImportedMessage[]): readonly number[] | undefined {
  const uids: number[] = [];
  let next = uidNext;
  for (const { uid } of messages) {
    if (uid === undefined || uid < next || uid > keptNumberMax) return undefined;
    uids.push(uid);
    next = uid + 1;
  }
  return uids;
}

/** The account is locked. What it is given from now on is higher than this. */
async function uidValidityOf(
  tx: Transaction,
  accountId: string,
  box: MailboxRow,
  wanted: number | 'new',
): Promise<number> {
  if (wanted === box.uid_validity) return wanted;
  const [row] = await tx.rows<{ uid_validity: number }>(
    `update account
     set uid_validity_last = greatest(uid_validity_last, ${
       wanted === 'new' ? 'extract(epoch from clock_timestamp())::bigint' : '$2::bigint'
     }) + ${wanted === 'new' ? 1 : 0}
     where id = $1 returning uid_validity_last as uid_validity`,
    wanted === 'new' ? [accountId] : [accountId, wanted],
  );
  if (row === undefined) throw new Error('the account of a mailbox is gone');
  return wanted === 'new' ? row.uid_validity : wanted;
}

/** One statement whatever the number of messages; all of them get one modseq, as with COPY. */
const fileSql = `
  with entry as materialized (
    select * from jsonb_to_recordset($2::jsonb)
      as e (uid bigint, message_id bigint, flags int, keywords text[], internal_date timestamptz, size int)),
  total as (
    select count(*) as n, coalesce(sum(size), 0) as size,
           count(*) filter (where flags & ${flagBit.seen} = 0) as unseen,
           count(*) filter (where flags & ${flagBit.deleted} <> 0) as deleted
    from entry),
  box as (
    update mailbox b
    set uid_next = $4, uid_validity = $5, highest_modseq = b.highest_modseq + 1,
        message_count = b.message_count + t.n, unseen_count = b.unseen_count + t.unseen,
        deleted_count = b.deleted_count + t.deleted, total_size = b.total_size + t.size
    from total t where b.id = $1
    returning b.highest_modseq as modseq)
  insert into mailbox_message (mailbox_id, uid, message_id, flags, keywords, modseq, internal_date, save_date, size)
  select $1, e.uid, e.message_id, e.flags, e.keywords, box.modseq, e.internal_date, $3, e.size
  from entry e cross join box`;
