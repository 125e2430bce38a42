import type { Sql } from '#store/database.ts';

/** How far the log has been turned into jobs. It never goes back: a late writer is a repeat. */
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
      await sql.rows(`update log_head set dispatched = greatest(dispatched, $1)`, [position]);
    },
  };
}
