import type { Sql, Transaction } from '#store/database.ts';

export async function takeOnce(tx: Transaction, key: Buffer, at: Date): Promise<boolean> {
  const rows = await tx.rows(
    `insert into taken_mail (key, at) values ($1, $2) on conflict do nothing returning 1`,
    [key, at],
  );
  return rows.length > 0;
}

/** Returns how many rows went. */
export async function deleteOldTaken(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.rows(
    `delete from taken_mail where key = any(array(select key from taken_mail where at < $1 limit $2)) returning 1`,
    [before, limit],
  );
  return rows.length;
}
