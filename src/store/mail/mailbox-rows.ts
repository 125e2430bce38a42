import type { Mailbox, MailboxEntry } from '#app/ports/mail.ts';
import { canonicalMailboxPath } from '#domain/mail/mailbox-path.ts';
import type { SpecialUse } from '#domain/mail/structure.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';

export interface MailboxRow {
  readonly id: number;
  readonly account_id: string;
  readonly path: string;
  readonly special_use: SpecialUse | null;
  readonly uid_validity: number;
  readonly uid_next: number;
  readonly highest_modseq: number;
  readonly message_count: number;
  readonly unseen_count: number;
  readonly deleted_count: number;
  readonly total_size: number;
  readonly subscribed: boolean;
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

export function mailboxOf(row: MailboxRow): Mailbox {
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
    size: row.total_size,
    subscribed: row.subscribed,
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

/** The path of a mailbox that should exist: a name that none may have belongs to none. Throws `mailbox_unknown`. */
export function knownPath(name: string): string {
  try {
    return canonicalMailboxPath(name);
  } catch (error) {
    if (error instanceof HubError) throw new HubError('mailbox_unknown');
    throw error;
  }
}

/** Throws `mailbox_unknown` unless the account owns the mailbox; for reads that found nothing. */
export async function requireMailbox(sql: Sql, accountId: string, mailboxId: string): Promise<void> {
  const rows = await sql.rows('select 1 from mailbox where id = $1 and account_id = $2', [
    mailboxId,
    accountId,
  ]);
  if (rows.length === 0) throw new HubError('mailbox_unknown');
}

/** Locks one mailbox of the account for a change. Throws `mailbox_unknown`. */
export async function lockMailbox(
  tx: Transaction,
  accountId: string,
  mailboxId: string,
): Promise<MailboxRow> {
  const [row] = await tx.rows<MailboxRow>(
    'select * from mailbox where id = $1 and account_id = $2 for no key update',
    [mailboxKey(mailboxId), accountId],
  );
  if (row === undefined) throw new HubError('mailbox_unknown');
  return row;
}

/**
 * Locks a source and a target in id order, so that two transfers in opposite directions wait for each other instead
 * of dying of it. They may be the same mailbox. Throws `mailbox_unknown`.
 */
export async function lockPair(
  tx: Transaction,
  accountId: string,
  sourceId: string,
  targetPath: string,
): Promise<{ source: MailboxRow; target: MailboxRow }> {
  const rows = await tx.rows<MailboxRow>(
    `select * from mailbox where account_id = $1 and (id = $2 or path = $3) order by id for no key update`,
    [accountId, mailboxKey(sourceId), targetPath],
  );
  const source = rows.find((row) => String(row.id) === sourceId);
  const target = rows.find((row) => row.path === targetPath);
  if (source === undefined || target === undefined) throw new HubError('mailbox_unknown');
  return { source, target };
}

/** Makes changes to the set of an account's mailboxes one at a time. Taken before any mailbox. */
export async function lockAccount(tx: Transaction, accountId: string): Promise<void> {
  await tx.rows('select id from account where id = $1 for no key update', [accountId]);
}
