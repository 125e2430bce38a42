import type { Mailbox } from '#app/ports/mail.ts';
import {
  canonicalMailboxPath,
  isForeignPath,
  mailboxesPerAccountMax,
  parentPaths,
  parseForeignPath,
} from '#domain/mail/mailbox-path.ts';
import { everyRight, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import type { SpecialUse } from '#domain/mail/structure.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { type Asker, mailboxColumns, mailboxTables, requireRights } from './asker.ts';
import { type ChangedMailbox, changeMail, type MailSession } from './mail-change.ts';
import {
  findMailbox,
  lockAccount,
  lockMailboxes,
  mailboxAt,
  mailboxOf,
  type MailboxRow,
} from './mailbox-rows.ts';
import { keepSubscription } from './subscriptions.ts';
import { transferMessages } from './transfer-messages.ts';

/**
 * Every mailbox that the asker may see: its own, those of the offices it answers for, and those that others have given
 * it a right to.
 */
export async function listMailboxes(sql: Sql, asker: Asker): Promise<readonly Mailbox[]> {
  const rows = await sql.rows<MailboxRow>(
    `with reached(id, rights) as (
       select id, ${everyRight} from mailbox where account_id = $1
       union all
       select mailbox_id, rights from shared_mailbox($1, $2))
     select ${mailboxColumns('$1', '$2', 'c.rights')}
     from reached c join (${mailboxTables('$1')}) on b.id = c.id
     where c.rights & ${rightBit.l} <> 0 order by path collate "C"`,
    [asker.accountId, asker.at],
  );
  return rows.map((row) => mailboxOf(row, asker));
}

/** Throws `mailbox_unknown`, `not_permitted` without the right to read. */
export async function openMailbox(sql: Sql, asker: Asker, name: string): Promise<Mailbox> {
  return mailboxOf(await mailboxAt(sql, asker, name, rightBit.r), asker);
}

/** A mailbox that is to be made: whose it will be, and how its owner names it. */
interface NewPlace {
  readonly accountId: string;
  readonly path: string;
  /** The nearest mailbox above it that is there; none above a first level of one's own. */
  readonly above: MailboxRow | undefined;
}

/**
 * Where a new mailbox may be made: below one that gives the right to (RFC 4314, section 4); at the first level of
 * another account that is its INBOX. Throws `mailbox_name_bad`, `mailbox_unknown`, `not_permitted`.
 */
async function newPlace(sql: Sql, asker: Asker, name: string): Promise<NewPlace> {
  if (!isForeignPath(name)) {
    const path = canonicalMailboxPath(name);
    if (isForeignPath(path)) throw new HubError('mailbox_name_bad');
    return { accountId: asker.accountId, path, above: await nearest(sql, asker, '', path) };
  }
  const { namespace, address, path } = parseForeignPath(name);
  const prefix = `${namespace}/${address}/`;
  const found =
    (await nearest(sql, asker, prefix, path)) ?? (await findMailbox(sql, asker, `${prefix}INBOX`));
  const above = requireRights(found, rightBit.k);
  return { accountId: above.account_id, path, above };
}

async function nearest(
  sql: Sql,
  asker: Asker,
  prefix: string,
  path: string,
): Promise<MailboxRow | undefined> {
  for (const parent of parentPaths(path).toReversed()) {
    const row = await findMailbox(sql, asker, prefix + parent);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** Throws `mailbox_exists` (also when the special use is taken), `mailbox_name_bad`, `over_quota`, `not_permitted`. */
export function createMailbox(
  session: MailSession,
  name: string,
  specialUse: SpecialUse | undefined,
): Promise<Mailbox> {
  return changeMail(session, async (tx, asker) => {
    const place = await newPlace(tx, asker, name);
    await lockAccount(tx, place.accountId);
    // A special use is where the hub itself files for its owner; others may not choose it.
    if (specialUse !== undefined && place.accountId !== asker.accountId) throw new HubError('not_permitted');
    const made = await makeMailbox(tx, place, specialUse);
    const row = await mailboxAt(tx, asker, name, 0);
    return { result: mailboxOf(row, asker), changed: made };
  });
}

/**
 * Makes a mailbox and those above it that are missing, with the rights and the read marks of the one above. The account
 * is locked. Returns the new ones.
 */
async function makeMailbox(
  tx: Transaction,
  { accountId, path, above }: NewPlace,
  specialUse: SpecialUse | undefined,
): Promise<readonly ChangedMailbox[]> {
  const existing = await tx.rows<{ path: string; special_use: SpecialUse | null }>(
    'select path, special_use from mailbox where account_id = $1',
    [accountId],
  );
  const paths = new Set(existing.map((row) => row.path));
  const useTaken = specialUse !== undefined && existing.some((row) => row.special_use === specialUse);
  if (paths.has(path) || useTaken) throw new HubError('mailbox_exists');
  const missing = [...parentPaths(path), path].filter((each) => !paths.has(each));
  if (paths.size + missing.length > mailboxesPerAccountMax) throw new HubError('over_quota');
  return tx.rows<ChangedMailbox>(
    `with numbered as (
       update account
       set uid_validity_last = greatest(uid_validity_last, extract(epoch from clock_timestamp())::bigint) + $4
       where id = $1 returning uid_validity_last - $4 as uid_validity),
     made as (
       insert into mailbox (account_id, path, special_use, uid_validity, personal_seen)
       select $1, p.path, case when p.path = $3 then $5 end, n.uid_validity + p.place,
         coalesce((select personal_seen from mailbox where id = $6), false)
       from numbered n cross join unnest($2::text[]) with ordinality as p(path, place)
       order by p.place
       returning id, account_id),
     given as (
       insert into mailbox_right (mailbox_id, kind, subject_id, granted, denied)
       select made.id, r.kind, r.subject_id, r.granted, r.denied from made join mailbox_right r on r.mailbox_id = $6)
     select id, account_id from made order by id`,
    [accountId, missing, path, missing.length, specialUse ?? null, above?.id ?? null],
  );
}

/**
 * Deletes a mailbox and what is in it. INBOX and the special uses stay, because the hub itself files into them.
 * Throws `mailbox_unknown`, `not_permitted`, `mailbox_protected`, `mailbox_has_children`.
 */
export function removeMailbox(session: MailSession, name: string): Promise<void> {
  return changeMail(session, async (tx, asker) => {
    const { account_id } = await mailboxAt(tx, asker, name, rightBit.x);
    await lockAccount(tx, account_id);
    const row = await mailboxAt(tx, asker, name, rightBit.x);
    await refuseProtected(tx, row);
    const children = await tx.rows(
      `select 1 from mailbox where account_id = $1 and starts_with(path, $2) limit 1`,
      [account_id, `${row.own_path}/`],
    );
    if (children.length > 0) throw new HubError('mailbox_has_children');
    // The entries have no foreign key (see the schema): whoever files into the mailbox locks it, and waits for this.
    await tx.rows('select id from mailbox where id = $1 for update', [row.id]);
    await keepSubscription(tx, row.id);
    await tx.rows('delete from mailbox_message where mailbox_id = $1', [row.id]);
    await tx.rows('delete from mailbox where id = $1', [row.id]);
    return { result: undefined, changed: [row] };
  });
}

/** Special uses are hidden from all but the owner, so the row is asked for them. */
async function refuseProtected(tx: Transaction, row: MailboxRow): Promise<void> {
  const used = await tx.rows('select 1 from mailbox where id = $1 and special_use is not null', [row.id]);
  if (row.own_path === 'INBOX' || used.length > 0) throw new HubError('mailbox_protected');
}

/**
 * Renames a mailbox with its children; UIDs and UIDVALIDITY go with them, and no name ever had that UIDVALIDITY
 * before. INBOX keeps its name and its children: its messages move to a new mailbox (RFC 9051, section 6.3.6). A mailbox
 * stays with its account: what it holds counts there. Every mailbox that moves needs the right to be renamed, and the
 * place above the new name the right to make one there (RFC 4314, section 4). Throws `mailbox_unknown`, `not_permitted`, `mailbox_exists`,
 * `mailbox_name_bad`, `mailbox_protected`, `over_quota`.
 */
export function renameMailbox(session: MailSession, from: string, to: string): Promise<void> {
  return changeMail(session, async (tx, asker) => {
    const { account_id: accountId } = await mailboxAt(tx, asker, from, rightBit.x);
    const isOwn = accountId === asker.accountId;
    const place = await newPlace(tx, asker, to);
    if (place.accountId !== accountId) throw new HubError('mailbox_name_bad');
    await lockAccount(tx, accountId);
    const row = await mailboxAt(tx, asker, from, rightBit.x);
    if (!isOwn) await refuseProtected(tx, row);
    if (await isTaken(tx, accountId, place.path)) throw new HubError('mailbox_exists');
    if (row.own_path === 'INBOX') {
      const made = await makeMailbox(tx, place, undefined);
      await moveAll(tx, asker, row, place.path);
      return { result: undefined, changed: [row, ...made] };
    }
    if (place.path.startsWith(`${row.own_path}/`)) throw new HubError('mailbox_name_bad');
    const made = await makeParents(tx, place);
    return {
      result: undefined,
      changed: [...made, ...(await renameTree(tx, asker, row, place.path))],
    };
  });
}

async function isTaken(sql: Sql, accountId: string, path: string): Promise<boolean> {
  const rows = await sql.rows('select 1 from mailbox where account_id = $1 and path = $2', [accountId, path]);
  return rows.length > 0;
}

async function moveAll(tx: Transaction, asker: Asker, from: MailboxRow, to: string): Promise<void> {
  const rows = await tx.rows<{ uid: number }>('select uid from mailbox_message where mailbox_id = $1', [
    from.id,
  ]);
  const uids = rows.map((row) => row.uid);
  await transferMessages(tx, { asker, sourceId: String(from.id), uids, targetPath: to, move: true });
}

async function makeParents(tx: Transaction, place: NewPlace): Promise<readonly ChangedMailbox[]> {
  const parent = parentPaths(place.path).at(-1);
  if (parent === undefined || (await isTaken(tx, place.accountId, parent))) return [];
  return makeMailbox(tx, { ...place, path: parent }, undefined);
}

async function renameTree(
  tx: Transaction,
  asker: Asker,
  { account_id: accountId, own_path: from }: MailboxRow,
  to: string,
): Promise<readonly ChangedMailbox[]> {
  const found = await tx.rows<{ id: number }>(
    `select id from mailbox where account_id = $1 and (path = $2 or starts_with(path, $3))`,
    [accountId, from, `${from}/`],
  );
  const rows = await lockMailboxes(
    tx,
    asker,
    found.map(({ id }) => id),
  );
  for (const row of rows) {
    if (!hasRights(row.rights, rightBit.x)) throw new HubError('not_permitted');
    if (accountId !== asker.accountId) await refuseProtected(tx, row);
  }
  const renamed = rows.map((row) => `${to}${row.own_path.slice(from.length)}`);
  // A child may be too deep or too long under its new parent.
  for (const path of renamed) canonicalMailboxPath(path);
  await tx.rows(
    `update mailbox b set path = r.path from unnest($1::bigint[], $2::text[]) as r(id, path) where b.id = r.id`,
    [rows.map((row) => row.id), renamed],
  );
  return rows;
}
