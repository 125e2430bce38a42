import type { Mailbox, MailboxEntry } from '#app/ports/mail.ts';
import { canonicalMailboxPath, isForeignPath, parseForeignPath } from '#domain/mail/mailbox-path.ts';
import { rightBit } from '#domain/mail/mailbox-rights.ts';
import type { SpecialUse } from '#domain/mail/structure.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { anyOf, prepared } from '#store/prepared.ts';
import { type Asker, mailboxColumns, mailboxTables, requireRights } from './asker.ts';

/** A mailbox as an asker sees it. */
export interface MailboxRow {
  readonly id: number;
  readonly account_id: string;
  /** As the asker names it; `own_path` as the owner does. */
  readonly path: string;
  readonly own_path: string;
  readonly special_use: SpecialUse | null;
  readonly uid_validity: number;
  readonly uid_next: number;
  readonly highest_modseq: number;
  readonly message_count: number;
  readonly unseen_count: number;
  readonly deleted_count: number;
  readonly deleted_size: number;
  readonly total_size: number;
  readonly subscribed: boolean;
  readonly personal_seen: boolean;
  readonly rights: number;
  readonly owner_unit_id: string | null;
  /** Up to this modseq, expunged UIDs may be forgotten. */
  readonly expunged_floor: number;
}

export interface EntryRow {
  readonly uid: number;
  readonly message_id: number;
  readonly flags: number;
  readonly keywords: string[];
  readonly modseq: number;
  readonly internal_date: Date;
  readonly save_date: Date;
  readonly size: number;
}

export function mailboxOf(row: MailboxRow, asker: Asker): Mailbox {
  return {
    id: String(row.id),
    accountId: row.account_id,
    path: row.path,
    ...(row.special_use === null ? {} : { specialUse: row.special_use }),
    uidValidity: row.uid_validity,
    uidNext: row.uid_next,
    highestModseq: row.highest_modseq,
    messages: row.message_count,
    unseen: row.unseen_count,
    deleted: row.deleted_count,
    deletedSize: row.deleted_size,
    size: row.total_size,
    subscribed: row.subscribed,
    rights: row.rights,
    ...(row.personal_seen ? { seenBy: asker.accountId } : {}),
    ...(row.owner_unit_id === null ? {} : { ownerUnitId: row.owner_unit_id }),
  };
}

export function entryOf(row: EntryRow): MailboxEntry {
  return {
    uid: row.uid,
    messageId: String(row.message_id),
    flags: row.flags,
    keywords: row.keywords,
    modseq: row.modseq,
    internalDate: row.internal_date,
    saveDate: row.save_date,
    size: row.size,
  };
}

/** A mailbox id as a key. One that is no number was never given out. Throws `mailbox_unknown`. */
export function mailboxKey(id: string): string {
  if (!/^\d{1,18}$/.test(id)) throw new HubError('mailbox_unknown');
  return id;
}

/** A mailbox that should exist, by the name the asker gives it: a name that none may have belongs to none. */
export async function findMailbox(sql: Sql, asker: Asker, name: string): Promise<MailboxRow | undefined> {
  const named = placeOf(name);
  if (named === undefined) return undefined;
  const { address, path } = named;
  const [row] = await sql.rows<MailboxRow>(address === undefined ? ownPathSql : foreignPathSql, [
    asker.accountId,
    asker.at,
    path,
    ...(address === undefined ? [] : [address]),
  ]);
  // The namespace is part of the name, so that a mailbox has one.
  return row === undefined || (address !== undefined && row.path !== named.whole) ? undefined : row;
}

const ownPathSql = prepared(`
  select ${mailboxColumns('$1', '$2')} from ${mailboxTables('$1')} where b.path = $3 and b.account_id = $1`);

const foreignPathSql = prepared(`
  select ${mailboxColumns('$1', '$2')} from ${mailboxTables('$1')}
  where b.path = $3 and o.address = $4 and b.account_id <> $1`);

interface Place {
  readonly whole: string;
  /** Of the owner; absent when it is the asker. */
  readonly address: string | undefined;
  readonly path: string;
}

function placeOf(name: string): Place | undefined {
  try {
    if (!isForeignPath(name)) {
      const path = canonicalMailboxPath(name);
      return { whole: path, address: undefined, path };
    }
    const { namespace, address, path } = parseForeignPath(name);
    return { whole: `${namespace}/${address}/${path}`, address, path };
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Throws `mailbox_unknown`, `not_permitted`. */
export async function mailboxAt(sql: Sql, asker: Asker, name: string, needed: number): Promise<MailboxRow> {
  return requireRights(await findMailbox(sql, asker, name), needed);
}

/** Throws unless the asker may read the mailbox; for reads that found nothing. */
export async function requireMailbox(sql: Sql, asker: Asker, mailboxId: string): Promise<MailboxRow> {
  return mailboxById(sql, asker, mailboxId, rightBit.r);
}

/** Throws `mailbox_unknown`, `not_permitted`. */
export async function mailboxById(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  needed: number,
): Promise<MailboxRow> {
  const [row] = await sql.rows<MailboxRow>(byIdSql, [asker.accountId, asker.at, mailboxKey(mailboxId)]);
  return requireRights(row, needed);
}

const byIdSql = prepared(`select ${mailboxColumns('$1', '$2')} from ${mailboxTables('$1')} where b.id = $3`);

/** Locks one mailbox for a change that needs these rights. Throws `mailbox_unknown`, `not_permitted`. */
export async function lockMailbox(
  tx: Transaction,
  asker: Asker,
  mailboxId: string | number,
  needed: number,
): Promise<MailboxRow> {
  const [row] = await lockMailboxes(tx, asker, [mailboxId]);
  return requireRights(row, needed);
}

/**
 * Locks mailboxes in id order, so that two transfers in opposite directions wait for each other instead of dying of it.
 * What is not there is left out; rights are for the caller to look at.
 */
export function lockMailboxes(
  tx: Transaction,
  asker: Asker,
  ids: readonly (string | number)[],
): Promise<MailboxRow[]> {
  return tx.rows<MailboxRow>(lockSql, [asker.accountId, asker.at, ids.map((id) => mailboxKey(String(id)))]);
}

const lockSql = prepared(`
  select ${mailboxColumns('$1', '$2')} from ${mailboxTables('$1')}
  where b.id = ${anyOf('$3')} order by b.id for no key update of b`);

/** Makes changes to the set of an account's mailboxes one at a time. Taken before any mailbox. */
export async function lockAccount(tx: Transaction, accountId: string): Promise<void> {
  await tx.rows('select id from account where id = $1 for no key update', [accountId]);
}
