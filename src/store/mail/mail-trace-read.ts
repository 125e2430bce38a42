import type { Sql } from '#store/database.ts';

/** Steps from before a moment go, the oldest first; returns how many rows went. */
export async function deleteOldTrace(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.rows(
    `delete from mail_trace where id = any(array(select id from mail_trace where at < $1 order by id limit $2)) returning 1`,
    [before, limit],
  );
  return rows.length;
}
