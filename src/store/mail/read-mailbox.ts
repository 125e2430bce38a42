import type { MailboxChanges, MailboxStanding } from '#app/ports/mail.ts';
import { HubError } from '#domain/hub-error.ts';
import type { MessageStructure } from '#domain/mail/structure.ts';
import type { Sql } from '#store/database.ts';
import { anyOf, prepared } from '#store/prepared.ts';
import { type Asker, mailboxColumns, mailboxTables, readableSql } from './asker.ts';
import {
  entryOf,
  mailboxKey,
  mailboxOf,
  requireMailbox,
  type EntryRow,
  type MailboxRow,
} from './mailbox-rows.ts';
import { mineSql, readerFlagsSql, readerModseqSql } from './personal-seen.ts';

interface ChangeRow extends EntryRow {
  readonly kind: 'mailbox' | 'entry' | 'expunged';
  readonly mailbox: MailboxRow;
}

/**
 * What moved after a modseq, with the mailbox itself: one statement, so that all of it is of one moment. Each modseq
 * is taken under the mailbox's lock and held to the commit, so none appears later below one that was seen. From 0 there
 * is nothing to forget, and `expunged` is empty; it is undefined where the log does not reach back to the modseq. Where
 * `\Seen` is each reader's own, a reader's own mark is a change too. Throws `mailbox_unknown`, `not_permitted`.
 */
export async function changesSince(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  modseq: number,
): Promise<MailboxChanges> {
  const rows = await sql.rows<ChangeRow>(modseq > 0 ? sinceSql : wholeSql, [
    mailboxKey(mailboxId),
    asker.accountId,
    modseq,
    asker.at,
  ]);
  const mailbox = rows.find((row) => row.kind === 'mailbox');
  if (mailbox === undefined) {
    await requireMailbox(sql, asker, mailboxId);
    // It was given between two statements; the caller asks again.
    throw new HubError('mailbox_unknown');
  }
  const isForgotten = modseq > 0 && modseq < mailbox.mailbox.expunged_floor;
  return {
    mailbox: mailboxOf(mailbox.mailbox, asker),
    entries: rows.filter((row) => row.kind === 'entry').map(entryOf),
    expunged: isForgotten ? undefined : rows.filter((row) => row.kind === 'expunged').map((row) => row.uid),
  };
}

/** Where a mailbox stands. Throws `mailbox_unknown`, `not_permitted`. */
export async function readStanding(sql: Sql, asker: Asker, mailboxId: string): Promise<MailboxStanding> {
  const [row] = await sql.rows<{ highest: number; next: number; validity: number; personal: boolean }>(
    standingSql,
    [mailboxKey(mailboxId), asker.accountId, asker.at],
  );
  if (row === undefined) {
    await requireMailbox(sql, asker, mailboxId);
    // It was given between two statements; the caller asks again.
    throw new HubError('mailbox_unknown');
  }
  const { highest, next, validity, personal } = row;
  return {
    uidValidity: validity,
    uidNext: next,
    highestModseq: highest,
    ...(personal ? { seenBy: asker.accountId } : {}),
  };
}

/** Throws `mailbox_unknown`, `not_permitted`. */
export async function readStructures(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  uids: readonly number[],
): Promise<ReadonlyMap<number, MessageStructure>> {
  const rows = await sql.rows<{ uid: number; structure: MessageStructure | null }>(structuresSql, [
    mailboxKey(mailboxId),
    asker.accountId,
    uids,
    asker.at,
  ]);
  if (rows.length === 0) await requireMailbox(sql, asker, mailboxId);
  const found = new Map<number, MessageStructure>();
  for (const row of rows) if (row.structure !== null) found.set(row.uid, row.structure);
  return found;
}

/**
 * Octets of a stored message. They are kept out of line and uncompressed, so PostgreSQL reads only the pieces that
 * the range touches. Throws `mailbox_unknown`, `not_permitted`.
 */
export async function readBytes(
  sql: Sql,
  asker: Asker,
  input: { readonly mailboxId: string; readonly uid: number; readonly start: number; readonly end: number },
): Promise<Buffer | undefined> {
  const start = Math.max(0, input.start);
  const [row] = await sql.rows<{ bytes: Buffer }>(bytesSql, [
    mailboxKey(input.mailboxId),
    asker.accountId,
    input.uid,
    Math.min(start, postgresOctetsMax) + 1,
    Math.min(Math.max(0, input.end - start), postgresOctetsMax),
    asker.at,
  ]);
  if (row === undefined) await requireMailbox(sql, asker, input.mailboxId);
  return row?.bytes;
}

/** A `bytea` ends at 1 GiB; positions beyond it are beyond every message. */
const postgresOctetsMax = 2 ** 30;

/** From 0: nothing was expunged, and the mailbox is planned for its own size. */
const wholeSql = `
  with box as materialized (
    select ${mailboxColumns('$2', '$4')} from ${mailboxTables('$2')}
    where b.id = $1 and ${readableSql('$2', '$4')}),
  ${mineSql('$1', '$2')},
  moved as (
    select 'mailbox' as kind, 0::bigint as uid, null::bigint as message_id, null::int as flags,
           null::text[] as keywords, null::bigint as modseq, null::timestamptz as internal_date,
           null::timestamptz as save_date, null::int as size, to_jsonb(box) as mailbox
    from box
    union all
    select 'entry', e.uid, e.message_id, ${readerFlagsSql}, e.keywords, ${readerModseqSql}, e.internal_date,
           e.save_date, e.size, null
    from box join mailbox_message e on e.mailbox_id = box.id left join mine m on m.uid = e.uid
    where e.modseq > $3
    union all
    select 'entry', e.uid, e.message_id, ${readerFlagsSql}, e.keywords, ${readerModseqSql}, e.internal_date,
           e.save_date, e.size, null
    from box join mine m on m.modseq > $3 join mailbox_message e on e.mailbox_id = box.id and e.uid = m.uid
    where e.modseq <= $3)
  select * from moved order by uid`;

/** A range with two ends is planned as a narrow one, whatever its ends are: what has moved is little. */
const sinceSql = prepared(
  wholeSql.replace('where e.modseq > $3', `where ${isSince('e')}`).replace(
    'select * from moved',
    `select * from moved
       union all
       select 'expunged', x.uid, null, null, null, null, null, null, null, null
       from box join expunged x on x.mailbox_id = box.id where ${isSince('x')}`,
  ),
);

function isSince(table: 'e' | 'x'): string {
  return `${table}.modseq > $3 and ${table}.modseq < 9223372036854775807`;
}

const standingSql = prepared(`
  select b.highest_modseq as highest, b.uid_next as next, b.uid_validity as validity, b.personal_seen as personal
  from mailbox b where b.id = $1 and ${readableSql('$2', '$3')}`);

const structuresSql = prepared(`
  select e.uid, m.structure
   from mailbox b
   join mailbox_message e on e.mailbox_id = b.id
   join message m on m.id = e.message_id
   where b.id = $1 and e.uid = ${anyOf('$3')} and ${readableSql('$2', '$4')}
   order by e.uid`);

const bytesSql = prepared(`
  select substring(o.bytes from $4::int for $5::int) as bytes
   from mailbox b
   join mailbox_message e on e.mailbox_id = b.id
   join message m on m.id = e.message_id
   join blob o on o.sha256 = m.blob_sha256
   where b.id = $1 and e.uid = $3 and ${readableSql('$2', '$6')}`);
