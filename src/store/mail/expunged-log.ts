import { HubError } from '#domain/hub-error.ts';
import type { Database, Sql } from '#store/database.ts';
import { type Asker, readableSql } from './asker.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';

/**
 * UIDs expunged after a modseq, ascending (RFC 7162, section 3.2.5.2); undefined where the log does not reach back so
 * far any more. Throws `mailbox_unknown`, `not_permitted`.
 */
export async function expungedSince(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  modseq: number,
): Promise<readonly number[] | undefined> {
  const [row] = await sql.rows<{ floor: number; uids: number[] }>(
    `select b.expunged_floor as floor,
            coalesce((select jsonb_agg(x.uid order by x.uid) from expunged x
                      where x.mailbox_id = b.id and x.modseq > $3 and $3 >= b.expunged_floor), '[]') as uids
     from mailbox b where b.id = $1 and ${readableSql('$2', '$4')}`,
    [mailboxKey(mailboxId), asker.accountId, modseq, asker.at],
  );
  if (row === undefined) {
    await requireMailbox(sql, asker, mailboxId);
    // It was given between two statements; the caller asks again.
    throw new HubError('mailbox_unknown');
  }
  return modseq < row.floor ? undefined : row.uids;
}

/**
 * Forgets the oldest expunged UIDs of mailboxes that have more than `kept`, one mailbox a statement, so that no two
 * locks are held. The mailbox remembers how far it has forgotten, in the same commit. Returns how many mailboxes it was.
 */
export async function pruneExpunged(
  database: Database,
  { kept, mailboxesMax }: { readonly kept: number; readonly mailboxesMax: number },
): Promise<number> {
  const crowded = await database.rows<{ mailbox_id: number }>(
    'select mailbox_id from expunged group by mailbox_id having count(*) > $1 limit $2',
    [kept, mailboxesMax],
  );
  for (const { mailbox_id } of crowded) {
    await database.rows(
      `with edge as materialized (
         select modseq from expunged where mailbox_id = $1 order by modseq desc offset $2 limit 1),
       box as (
         update mailbox b set expunged_floor = greatest(b.expunged_floor, edge.modseq) from edge where b.id = $1
         returning b.expunged_floor)
       delete from expunged x using box where x.mailbox_id = $1 and x.modseq <= box.expunged_floor`,
      [mailbox_id, kept],
    );
  }
  return crowded.length;
}
