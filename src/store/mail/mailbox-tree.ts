import type { Mailbox } from '#app/ports/mail.ts';
import { canonicalMailboxPath, mailboxesPerAccountMax, parentPaths } from '#domain/mail/mailbox-path.ts';
import type { SpecialUse } from '#domain/mail/structure.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { knownPath, lockAccount, mailboxOf, type MailboxRow } from './mailbox-rows.ts';
import { transferMessages } from './transfer-messages.ts';

export async function listMailboxes(sql: Sql, accountId: string): Promise<readonly Mailbox[]> {
  const rows = await sql.rows<MailboxRow>(
    'select * from mailbox where account_id = $1 order by path collate "C"',
    [accountId],
  );
  return rows.map(mailboxOf);
}

/** Throws `mailbox_unknown`. */
export async function openMailbox(sql: Sql, accountId: string, name: string): Promise<Mailbox> {
  return mailboxOf(await mailboxAt(sql, accountId, knownPath(name)));
}

async function mailboxAt(sql: Sql, accountId: string, path: string): Promise<MailboxRow> {
  const row = await findMailbox(sql, accountId, path);
  if (row === undefined) throw new HubError('mailbox_unknown');
  return row;
}

async function findMailbox(sql: Sql, accountId: string, path: string): Promise<MailboxRow | undefined> {
  const [row] = await sql.rows<MailboxRow>('select * from mailbox where account_id = $1 and path = $2', [
    accountId,
    path,
  ]);
  return row;
}

/** Throws `mailbox_exists` (also when the special use is taken), `mailbox_name_bad`, `over_quota`. */
export function createMailbox(
  session: MailSession,
  name: string,
  specialUse: SpecialUse | undefined,
): Promise<Mailbox> {
  const path = canonicalMailboxPath(name);
  return changeMail(session, async (tx) => {
    await lockAccount(tx, session.accountId);
    const made = await makeMailbox(tx, session.accountId, path, specialUse);
    const row = await mailboxAt(tx, session.accountId, path);
    return { result: mailboxOf(row), mailboxIds: made };
  });
}

/** Makes a mailbox and those above it that are missing. The account is locked. Returns the ids of the new ones. */
async function makeMailbox(
  tx: Transaction,
  accountId: string,
  path: string,
  specialUse: SpecialUse | undefined,
): Promise<readonly number[]> {
  const existing = await tx.rows<{ path: string; special_use: SpecialUse | null }>(
    'select path, special_use from mailbox where account_id = $1',
    [accountId],
  );
  const paths = new Set(existing.map((row) => row.path));
  const useTaken = specialUse !== undefined && existing.some((row) => row.special_use === specialUse);
  if (paths.has(path) || useTaken) throw new HubError('mailbox_exists');
  const missing = [...parentPaths(path), path].filter((each) => !paths.has(each));
  if (paths.size + missing.length > mailboxesPerAccountMax) throw new HubError('over_quota');
  const made = await tx.rows<{ id: number }>(
    `with numbered as (
       update account
       set uid_validity_last = greatest(uid_validity_last, extract(epoch from clock_timestamp())::bigint) + $4
       where id = $1 returning uid_validity_last - $4 as uid_validity)
     insert into mailbox (account_id, path, special_use, uid_validity)
     select $1, p.path, case when p.path = $3 then $5 end, n.uid_validity + p.place
     from numbered n cross join unnest($2::text[]) with ordinality as p(path, place)
     order by p.place
     returning id`,
    [accountId, missing, path, missing.length, specialUse ?? null],
  );
  return made.map((row) => row.id);
}

/**
 * Deletes a mailbox and what is in it. INBOX and the special uses stay, because the hub itself files into them.
 * Throws `mailbox_unknown`, `mailbox_protected`, `mailbox_has_children`.
 */
export function removeMailbox(session: MailSession, name: string): Promise<void> {
  const path = knownPath(name);
  return changeMail(session, async (tx) => {
    await lockAccount(tx, session.accountId);
    const row = await mailboxAt(tx, session.accountId, path);
    if (path === 'INBOX' || row.special_use !== null) throw new HubError('mailbox_protected');
    const children = await tx.rows(
      `select 1 from mailbox where account_id = $1 and starts_with(path, $2) limit 1`,
      [session.accountId, `${path}/`],
    );
    if (children.length > 0) throw new HubError('mailbox_has_children');
    // The entries have no foreign key (see the schema): whoever files into the mailbox locks it, and waits for this.
    await tx.rows('select id from mailbox where id = $1 for update', [row.id]);
    await tx.rows('delete from mailbox_message where mailbox_id = $1', [row.id]);
    await tx.rows('delete from mailbox where id = $1', [row.id]);
    return { result: undefined, mailboxIds: [row.id] };
  });
}

/**
 * Renames a mailbox with its children; UIDs and UIDVALIDITY go with them, and no name ever had that UIDVALIDITY
 * before. INBOX keeps its name and its children: its messages move to a new mailbox (RFC 9051, section 6.3.6).
 * Throws `mailbox_unknown`, `mailbox_exists`, `mailbox_name_bad`, `over_quota`.
 */
export function renameMailbox(session: MailSession, from: string, to: string): Promise<void> {
  const source = knownPath(from);
  const target = canonicalMailboxPath(to);
  return changeMail(session, async (tx, at) => {
    await lockAccount(tx, session.accountId);
    const row = await mailboxAt(tx, session.accountId, source);
    if ((await findMailbox(tx, session.accountId, target)) !== undefined)
      throw new HubError('mailbox_exists');
    if (source === 'INBOX') {
      const made = await makeMailbox(tx, session.accountId, target, undefined);
      await moveAll(tx, session.accountId, row, target, at);
      return { result: undefined, mailboxIds: [row.id, ...made] };
    }
    if (target.startsWith(`${source}/`)) throw new HubError('mailbox_name_bad');
    const made = await makeParents(tx, session.accountId, target);
    return {
      result: undefined,
      mailboxIds: [...made, ...(await renameTree(tx, session.accountId, source, target))],
    };
  });
}

async function moveAll(
  tx: Transaction,
  accountId: string,
  from: MailboxRow,
  to: string,
  at: Date,
): Promise<void> {
  const rows = await tx.rows<{ uid: number }>('select uid from mailbox_message where mailbox_id = $1', [
    from.id,
  ]);
  const uids = rows.map((row) => row.uid);
  await transferMessages(tx, { accountId, sourceId: String(from.id), uids, targetPath: to, move: true, at });
}

async function makeParents(tx: Transaction, accountId: string, path: string): Promise<readonly number[]> {
  const parent = parentPaths(path).at(-1);
  if (parent === undefined || (await findMailbox(tx, accountId, parent)) !== undefined) return [];
  return makeMailbox(tx, accountId, parent, undefined);
}

async function renameTree(
  tx: Transaction,
  accountId: string,
  from: string,
  to: string,
): Promise<readonly number[]> {
  const rows = await tx.rows<{ id: number; path: string }>(
    `select id, path from mailbox where account_id = $1 and (path = $2 or starts_with(path, $3))
     order by id for no key update`,
    [accountId, from, `${from}/`],
  );
  const renamed = rows.map((row) => `${to}${row.path.slice(from.length)}`);
  // A child may be too deep or too long under its new parent.
  for (const path of renamed) canonicalMailboxPath(path);
  await tx.rows(
    `update mailbox b set path = r.path from unnest($1::bigint[], $2::text[]) as r(id, path) where b.id = r.id`,
    [rows.map((row) => row.id), renamed],
  );
  return rows.map((row) => row.id);
}

/** Throws `mailbox_unknown`. */
export function subscribeMailbox(session: MailSession, name: string, subscribed: boolean): Promise<void> {
  const path = knownPath(name);
  return changeMail(session, async (tx) => {
    const rows = await tx.rows<{ id: number }>(
      `update mailbox set subscribed = $3 where account_id = $1 and path = $2 and subscribed <> $3 returning id`,
      [session.accountId, path, subscribed],
    );
    if (rows.length === 0) await mailboxAt(tx, session.accountId, path);
    return { result: undefined, mailboxIds: rows.map((row) => row.id) };
  });
}
