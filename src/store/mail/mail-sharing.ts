import type { MailSharing, RightsChange, RightsEntry } from '#app/ports/mail-sharing.ts';
import { everyRight, rightBit, type RightsHolder } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { askerOf, changeMail, type MailSession } from './mail-change.ts';
import { lockMailbox, mailboxAt, mailboxById, type MailboxRow } from './mailbox-rows.ts';
import { holderNamed, identifierSql, subjectOf } from './rights-holder.ts';

/** Holders named for one mailbox. */
const rightsEntriesMax = 200;

/** The rights of a session's account in mailboxes, and those it may give. */
export function createMailSharing(session: MailSession): MailSharing {
  const { database } = session;
  return {
    async rights(path) {
      return (await mailboxAt(database, askerOf(session), path, 0)).rights;
    },
    async rightsById(mailboxId) {
      return (await mailboxById(database, askerOf(session), mailboxId, 0)).rights;
    },
    async entries(path) {
      const mailbox = await mailboxAt(database, askerOf(session), path, rightBit.a);
      return rightsEntries(database, mailbox);
    },
    async alwaysGranted(path, identifier) {
      const mailbox = await mailboxAt(database, askerOf(session), path, rightBit.a);
      const holder = await holderNamed(database, identifier.replace(/^-/, ''));
      return isOwner(mailbox, holder) && !identifier.startsWith('-') ? everyRight : 0;
    },
    change: (path, identifier, change, rights) =>
      changeMail(session, async (tx, asker) => {
        const { id } = await mailboxAt(tx, asker, path, rightBit.a);
        const mailbox = await lockMailbox(tx, asker, id, rightBit.a);
        await changeRights(tx, mailbox, identifier, change, rights);
        return { result: undefined, changed: [mailbox] };
      }),
  };
}

function isOwner(mailbox: { readonly account_id: string }, holder: RightsHolder): boolean {
  return holder.kind === 'account' && holder.id === mailbox.account_id;
}

/** The owner first, then whoever is named, or stands there by the organisation. */
export async function rightsEntries(
  sql: Sql,
  mailbox: { readonly id: number; readonly account_id: string },
): Promise<readonly RightsEntry[]> {
  const rows = await sql.rows<{ identifier: string; granted: number | null; denied: number }>(
    `select address as identifier, ${everyRight} as granted, 0 as denied, 0 as place from account where id = $2
     union all
     select ${identifierSql}, e.granted, e.denied, 1 from mailbox_entry($1, $2) e
     order by place, identifier`,
    [mailbox.id, mailbox.account_id],
  );
  return rows.flatMap(({ identifier, granted, denied }) => [
    ...(granted === null || granted === 0 ? [] : [{ identifier, rights: granted }]),
    ...(denied === 0 ? [] : [{ identifier: `-${identifier}`, rights: denied }]),
  ]);
}

/** The mailbox is locked. Throws `bad_input`, `not_permitted` for the owner's own rights. */
export async function changeRights(
  tx: Transaction,
  mailbox: { readonly id: number; readonly account_id: string },
  identifier: string,
  change: RightsChange,
  rights: number,
): Promise<void> {
  const negative = identifier.startsWith('-');
  const holder = await holderNamed(tx, negative ? identifier.slice(1) : identifier);
  if (isOwner(mailbox, holder)) throw new HubError('not_permitted');
  const { kind, id } = subjectOf(holder);
  const named = await tx.rows<{
    kind: string;
    subject_id: string | null;
    granted: number | null;
    denied: number;
  }>('select * from mailbox_entry($1, $2)', [mailbox.id, mailbox.account_id]);
  const now = named.find((entry) => entry.kind === kind && entry.subject_id === id);
  if (now === undefined && named.length >= rightsEntriesMax)
    throw new HubError('bad_input', { field: 'identifier' });
  const granted = negative ? (now?.granted ?? null) : changed(now?.granted ?? 0, change, rights);
  const denied = negative ? changed(now?.denied ?? 0, change, rights) : (now?.denied ?? 0);
  // A zero is kept, because without a row the organisation's default would stand there again.
  await tx.rows(
    `insert into mailbox_right (mailbox_id, kind, subject_id, granted, denied) values ($1, $2, $3, $4, $5)
     on conflict (mailbox_id, kind, subject_id) do update set granted = excluded.granted, denied = excluded.denied`,
    [mailbox.id, kind, id, granted, denied],
  );
  if (kind !== 'officers' && kind !== 'heads')
    await tx.rows(
      `delete from mailbox_right
       where mailbox_id = $1 and kind = $2 and subject_id is not distinct from $3::uuid
         and coalesce(granted, 0) = 0 and denied = 0`,
      [mailbox.id, kind, id],
    );
}

function changed(held: number, change: RightsChange, rights: number): number {
  switch (change) {
    case 'replace':
      return rights;
    case 'add':
      return held | rights;
    case 'remove':
      return held & ~rights;
  }
}

/** What has been seen stays seen for everyone; from here on each marks for himself. */
export async function makePersonal(tx: Transaction, mailboxId: number): Promise<void> {
  await tx.rows('update mailbox set personal_seen = true where id = $1', [mailboxId]);
}

/** A message that anyone has seen is seen. Every entry that somebody had marked counts as changed. */
export async function makeCommon(tx: Transaction, mailboxId: number): Promise<void> {
  await tx.rows(
    `with mark as materialized (
       select uid, bool_or(seen) as seen from mailbox_seen where mailbox_id = $1 group by uid),
     entry as materialized (
       select e.uid, e.flags, e.flags | case when mark.seen then ${flagBit.seen} else 0 end as new_flags
       from mark join mailbox_message e on e.mailbox_id = $1 and e.uid = mark.uid),
     box as (
       update mailbox set personal_seen = false, highest_modseq = highest_modseq + 1,
         unseen_count = unseen_count - (select count(*) from entry where flags <> new_flags)
       where id = $1 returning highest_modseq as modseq),
     moved as (
       update mailbox_message e set flags = entry.new_flags, modseq = box.modseq
       from entry cross join box where e.mailbox_id = $1 and e.uid = entry.uid),
     unmarked as (delete from mailbox_seen where mailbox_id = $1)
     update mailbox_reader set seen_delta = 0 where mailbox_id = $1 and seen_delta <> 0`,
    [mailboxId],
  );
}

/** For the command line, which asks for no rights: the mailbox of an account by its owner's name for it. */
export async function lockOwnMailbox(
  tx: Transaction,
  address: string,
  path: string,
): Promise<Pick<MailboxRow, 'id' | 'account_id' | 'personal_seen'> | undefined> {
  const [row] = await tx.rows<Pick<MailboxRow, 'id' | 'account_id' | 'personal_seen'>>(
    `select b.id, b.account_id, b.personal_seen from mailbox b join account a on a.id = b.account_id
     where a.address = $1 and b.path = $2 for no key update of b`,
    [address, path],
  );
  return row;
}
