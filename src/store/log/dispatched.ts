import type { Sql } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';

/**
 * How far the log has been turned into jobs. It never goes back: a late writer is a repeat. It need not reach the disk at
 * once, because what is lost of it is a repeat too.
 */
const saveSql = prepared(`
  with relaxed as (select set_config('synchronous_commit', 'off', true))
  update log_head set dispatched = greatest(dispatched, $1) from relaxed`);

export function createDispatched(sql: Sql): {
  read(): Promise<number>;
  save(position: number): Promise<void>;
} {
  return {
    async read() {
      const [row] = await sql.rows<{ dispatched: number }>(`select dispatched from log_head`);
      return row?.dispatched ?? 0;
    },
    async save(position) {
      await sql.rows(saveSql, [position]);
    },
  };
}
