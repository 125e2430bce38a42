import { HubError } from '#domain/hub-error.ts';
import { mailboxesPerAccountMax } from '#domain/mail/mailbox-path.ts';
import type { Sql, Transaction } from '#store/database.ts';
import { type Asker, mailboxColumns, mailboxTables } from './asker.ts';
import { changeMail, type MailSession } from './mail-change.ts';
import { findMailbox } from './mailbox-rows.ts';
import { hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';

/*
 * A subscription is to a name, and outlives the mailbox that bears it (RFC 9051, section 6.3.7). While there is a
 * mailbox the mark is with it, so that it goes along when the mailbox is renamed; what is left when there is none is in
 * `subscription`. An account keeps so many of those names as it may have mailboxes.
 */

/**
 * To the mailbox of another account everyone subscribes for himself; his name for it stays, whatever becomes of the
 * mailbox or of the right to see it. A name that is subscribed to needs no mailbox. Throws `mailbox_unknown`.
 */
export function subscribeMailbox(session: MailSession, name: string, subscribed: boolean): Promise<void> {
  return changeMail(session, async (tx, asker) => {
    const forgotten = subscribed ? [] : await forget(tx, asker, name);
    const row = await findMailbox(tx, asker, name);
    if (row === undefined || !hasRights(row.rights, rightBit.l)) {
      if (forgotten.length === 0 && !(await isKept(tx, asker, name))) throw new HubError('mailbox_unknown');
      return { result: undefined, changed: [] };
    }
    if (row.account_id !== asker.accountId) {
      if (subscribed) await keep(tx, asker, row.path);
      await tx.rows(
        `insert into mailbox_reader (mailbox_id, account_id, subscribed) values ($1, $2, $3)
         on conflict (mailbox_id, account_id) do update set subscribed = excluded.subscribed`,
        [row.id, asker.accountId, subscribed],
      );
      return { result: undefined, changed: [] };
    }
    if (row.subscribed === subscribed) return { result: undefined, changed: [] };
    await tx.rows('update mailbox set subscribed = $2 where id = $1', [row.id, subscribed]);
    return { result: undefined, changed: [row] };
  });
}

/** Names that the account has subscribed to and that no mailbox bears that it may see. */
export async function lostSubscriptions(sql: Sql, asker: Asker): Promise<readonly string[]> {
  const rows = await sql.rows<{ name: string }>(
    `with seen as (
       select b.path from mailbox b where b.account_id = $1
       union all
       select s.path from (select ${mailboxColumns('$1', '$2', 'c.rights')}
         from shared_mailbox($1, $2) as c(id, rights) join (${mailboxTables('$1')}) on b.id = c.id
         where c.rights & ${rightBit.l} <> 0) s)
     select name from subscription where account_id = $1 and name not in (select path from seen)
     order by name collate "C"`,
    [asker.accountId, asker.at],
  );
  return rows.map(({ name }) => name);
}

/** Called before the mailbox is deleted. */
export async function keepSubscription(tx: Transaction, mailboxId: number): Promise<void> {
  await tx.rows(
    `insert into subscription (account_id, name)
     select b.account_id, b.path from mailbox b where b.id = $1 and b.subscribed
       and (select count(*) from subscription where account_id = b.account_id) < ${mailboxesPerAccountMax}
     on conflict do nothing`,
    [mailboxId],
  );
}

async function keep(tx: Transaction, asker: Asker, name: string): Promise<void> {
  await tx.rows(
    `insert into subscription (account_id, name)
     select $1, $2 where (select count(*) from subscription where account_id = $1) < ${mailboxesPerAccountMax}
     on conflict do nothing`,
    [asker.accountId, name],
  );
}

async function isKept(sql: Sql, asker: Asker, name: string): Promise<boolean> {
  const rows = await sql.rows('select 1 from subscription where account_id = $1 and name = $2', [
    asker.accountId,
    name,
  ]);
  return rows.length > 0;
}

function forget(tx: Transaction, asker: Asker, name: string): Promise<unknown[]> {
  return tx.rows('delete from subscription where account_id = $1 and name = $2 returning 1', [
    asker.accountId,
    name,
  ]);
}
