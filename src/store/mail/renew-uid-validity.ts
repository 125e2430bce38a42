import type { Database } from '#store/database.ts';

/**
 * Gives every mailbox a UIDVALIDITY that it never had. To be run after a backup was brought back, before anybody signs
 * in: UIDs that were given after the backup will be given again to other messages (RFC 9051, section 2.3.1.1; threats
 * I9). What was given since is not known, so each value is at least the time in seconds, as those of new mailboxes are.
 * Returns how many mailboxes there are.
 */
export async function renewUidValidity(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    await tx.rows('select id from account order by id for no key update');
    const rows = await tx.rows(
      `with placed as (
         select id, account_id, row_number() over (partition by account_id order by id) as place from mailbox),
       numbered as (
         update account a
         set uid_validity_last = greatest(a.uid_validity_last, extract(epoch from clock_timestamp())::bigint) + p.boxes
         from (select account_id, count(*) as boxes from placed group by account_id) p
         where a.id = p.account_id returning a.id, a.uid_validity_last - p.boxes as base)
       update mailbox b set uid_validity = n.base + p.place, expunged_floor = 0
       from placed p join numbered n on n.id = p.account_id where b.id = p.id
       returning b.id`,
    );
    return rows.length;
  });
}
