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

  async function stampLocked(limit: number): Promise<{ stamped: number; head: number }> {
    const result = await client.query<{ stamped: string; head: string }>({
      name: 'stamp',
      text: stampSql,
      values: [limit, logChannel],
    });
    const row = result.rows[0];
    return { stamped: Number(row?.stamped ?? 0), head: Number(row?.head ?? 0) };
  }

  return {
    async elect() {
      const result = await client.query<{ elected: boolean }>('select pg_try_advisory_lock($1) as elected', [
        relayLock,
      ]);
      return result.rows[0]?.elected ?? false;
    },
    async stamp(limit) {
      const waiting = await client.query('select from outbox where position is null limit 1');
      if (waiting.rowCount === 0) return { stamped: 0, head: 0 };
      await client.query('begin; select position from log_head for update');
      try {
        const result = await stampLocked(limit);
        await client.query('commit');
        return result;
      } catch (error) {
        // On a broken connection this fails too; the first error is the one that says why.
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    },
    async close() {
      client.removeAllListeners('end');
      await client.end();
    },
  };
}

/**
 * Ids are given in the order that dependent transactions commit (each inserts its outbox rows last, under its locks),
 * so a batch in id order keeps causes before effects. The notice goes out with the commit.
 */
const stampSql = `
  with head as materialized (select position from log_head),
  batch as materialized (
    select id, row_number() over (order by id) as place
    from (select id from outbox where position is null order by id limit $1) waiting),
  stamped as (
    update outbox o set position = head.position + b.place from batch b, head where o.id = b.id
    returning o.position, o.rooms),
  heard as (
    insert into log_audience (room, position) select distinct unnest(rooms), position from stamped),
  moved as (update log_head set position = position + (select count(*) from batch) returning position)
  select (select count(*) from stamped) as stamped, moved.position as head,
         pg_notify($2, moved.position::text)
  from moved`;

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
