import { DatabaseError, type ClientBase, type Pool, type PoolClient } from 'pg';
import type { Sql } from './sql.ts';

/** Statements that are given together travel together, and run one after another. */
export interface Transaction extends Sql {
  readonly isTransaction: true;
  /**
   * Sends a statement whose rows nobody needs, without waiting for it: what follows travels behind it. When it fails,
   * so do the statements after it and the commit.
   */
  send(text: string, parameters?: readonly unknown[]): void;
}

/** The commit was sent and its answer never came: it may have happened. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('the commit was not confirmed', { cause });
    this.name = 'CommitUnknown';
  }
}

/**
 * Commits when `work` resolves, rolls back when it rejects. Throws `CommitUnknown`, or what went wrong before. The
 * connection goes back whatever happens; one on which even ROLLBACK fails is closed (threats F8). The words of SQL are
 * in capitals because those in small letters are Kysely's, which `giveBackBroken` looks after.
 */
export async function runTransaction<Result>(
  pool: Pool,
  begin: string,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  const sent: Promise<unknown>[] = [];
  gather(client);
  try {
    const begun = client.query(begin);
    // It travels with the first statement; one that PostgreSQL did not run goes with its connection.
    begun.catch(() => undefined);
    sent.push(begun);
    const result = await work({
      isTransaction: true,
      rows(text, parameters = []) {
        gather(client);
        return rowsOf(client, text, parameters);
      },
      send(text, parameters = []) {
        gather(client);
        const answer = rowsOf(client, text, parameters);
        // It is looked at with the commit; until then it is nobody's.
        answer.catch(() => undefined);
        sent.push(answer);
      },
    });
    await commit(client, sent);
    client.release();
    return result;
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
    throw await firstFault(sent, error);
  }
}

export async function rowsOf<Row>(
  client: Pick<ClientBase, 'query'>,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await client.query(text, [...parameters]);
  return rows as Row[];
}

/** A transaction in which a statement has failed answers COMMIT with ROLLBACK, so the commit need not wait for them. */
async function commit(client: PoolClient, sent: readonly Promise<unknown>[]): Promise<void> {
  gather(client);
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw error instanceof DatabaseError && error.severity === 'ERROR' ? error : new CommitUnknown(error);
  });
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
  await Promise.all(sent);
}

/** What is refused after a statement that failed is only a consequence of it. */
async function firstFault(sent: readonly Promise<unknown>[], error: unknown): Promise<unknown> {
  if (error instanceof CommitUnknown) return error;
  const [failed] = (await Promise.allSettled(sent)).filter((answer) => answer.status === 'rejected');
  return failed === undefined ? error : failed.reason;
}

const gathering = new WeakSet<object>();

/** Lets what is given in one turn of the event loop leave in one write instead of one for each statement. */
function gather(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: NodeJS.WritableStream & Corked } })
    .connection;
  if (gathering.has(stream)) return;
  gathering.add(stream);
  stream.cork();
  process.nextTick(() => {
    gathering.delete(stream);
    stream.uncork();
  });
}

interface Corked {
  cork(): void;
  uncork(): void;
}
