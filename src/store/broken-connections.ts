import type { Pool } from 'pg';

type Query = (text: unknown, ...rest: readonly unknown[]) => unknown;

/** As PostgreSQL answers a ROLLBACK. */
const rolledBack = { command: 'ROLLBACK', rowCount: 0, rows: [] };

/**
 * Lets a pool have back the connections that break inside a transaction. Kysely, below MikroORM, gives a transaction's
 * connection back only once BEGIN, COMMIT or ROLLBACK has succeeded, so each one that PostgreSQL cut would be missing
 * for ever; after as many as the pool has, the hub would stand still (threats F8). A ROLLBACK that fails has nothing
 * left to do: the transaction went with the connection. The pool itself drops a client that is broken.
 *
 * A connection may also break between two statements of a transaction. That is an `error` event which nobody else
 * listens to, and it would end the process; the next statement fails and says so to its caller.
 */
export function giveBackBroken(pool: Pool): void {
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    const query = client.query.bind(client) as Query;
    const guarded: Query = (text, ...rest) => {
      const answer = query(text, ...rest);
      if (typeof text !== 'string' || !(answer instanceof Promise)) return answer;
      if (text === 'rollback') return answer.catch(() => rolledBack);
      if (text === 'begin' || text.startsWith('start transaction'))
        return answer.catch((error: unknown) => {
          client.release(true);
          throw error;
        });
      return answer;
    };
    client.query = guarded as typeof client.query;
  });
}
