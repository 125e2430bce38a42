import type { Transaction } from '#store/database.ts';

/**
 * Gives accounts the standard mailboxes (mail.md): INBOX, Sent, Drafts, Archive, Junk and Trash. Those that an account
 * has already are left as they are. INBOX comes first, so its id is the lowest of its account.
 *
 * UIDVALIDITY is a value that the account has never used: at least the time in seconds, so that it also rises after
 * a restore, and above `uid_validity_last`, so that a name deleted and made again within a second differs (RFC 9051,
 * section 2.3.1.1).
 */
export async function ensureMailboxes(tx: Transaction, accountIds: readonly string[]): Promise<void> {
  const ids = [...new Set(accountIds)];
  await tx.rows('select id from account where id = any($1::uuid[]) order by id for no key update', [ids]);
  await tx.rows(
    `with standard (ordinal, path, special_use) as (
       values (1, 'INBOX', null), (2, 'Sent', '\\Sent'), (3, 'Drafts', '\\Drafts'), (4, 'Archive', '\\Archive'),
              (5, 'Junk', '\\Junk'), (6, 'Trash', '\\Trash')),
     numbered as (
       update account a
       set uid_validity_last = greatest(a.uid_validity_last, extract(epoch from clock_timestamp())::bigint) + 6
       where a.id = any($1::uuid[])
       returning a.id, a.uid_validity_last - 6 as uid_validity)
     insert into mailbox (account_id, path, special_use, uid_validity)
     select n.id, s.path, s.special_use, n.uid_validity + s.ordinal
     from numbered n cross join standard s
     order by n.id, s.ordinal
     on conflict do nothing`,
    [ids],
  );
}
