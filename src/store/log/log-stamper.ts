import { Client } from 'pg';
import type { LogStamper } from '#app/ports/log-stamper.ts';
import type { Sql } from '#store/database.ts';

/** Any number will do, as long as nothing else in the database uses it. */
const relayLock = 7_301_001;
export const logChannel = 'hub_log';
export const outboxChannel = 'hub_outbox';

/**
 * Stamps committed outbox rows with gap-free positions. A serial id alone will not do: a lower id may commit after a
 * higher one was read. The advisory lock lives in this connection; should it break, another process may hold the lock
 * while a statement of ours still runs, so each stamp first locks the one row of log_head and only then looks for
 * unstamped rows: two can never give out the same position (architecture.md §3.3).
 */
export async function connectLogStamper(url: string, onLost: () => void): Promise<LogStamper> {
  const client = new Client({ connectionString: url, application_name: 'hub relay', keepAlive: true });
  client.on('error', onLost);
  client.on('end', onLost);
  await client.connect();

  return {
    async elect() {
      const result = await client.query<{ elected: boolean }>('select pg_try_advisory_lock($1) as elected', [
        relayLock,
      ]);
      return result.rows[0]?.elected ?? false;
    },
    async stamp(limit) {
      const { rows } = await client.query<{ stamped: string; head: string }>({
        name: 'stamp',
        text: 'select stamped_rows as stamped, head_position as head from stamp_log($1, $2)',
        values: [limit, logChannel],
      });
      return { stamped: Number(rows[0]?.stamped ?? 0), head: Number(rows[0]?.head ?? 0) };
    },
    async close() {
      client.removeAllListeners('end');
      await client.end();
    },
  };
}

/**
 * Wakes the relay of another process, apart from every business transaction (a NOTIFY inside one takes a lock over the
 * whole database until its flush). Calls fold together: one notice covers all rows committed before it.
 */
export function notifyOutbox(sql: Sql, onFault: (error: unknown) => void): () => void {
  let sending = false;
  let again = false;
  return function notify(): void {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    sql
      .rows(`select pg_notify($1, '')`, [outboxChannel])
      .catch(onFault)
      .finally(() => {
        sending = false;
        if (again) {
          again = false;
          notify();
        }
      });
  };
}
