import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';
import { newToken } from '#app/access/tokens.ts';

/** What the bench asks PostgreSQL directly, beside the hub. */
export interface BenchDatabase {
  /**
   * A session for every account but the system's, the issuer's last: 9,850 sign-ins would be 9,850 argon2 hashes, and
   * signing in is not what is measured.
   */
  openSessions(issuer: string): Promise<readonly string[]>;
  /** Of the transaction that answered the command with this key. */
  commitOf(key: string): Promise<Commit>;
  /** Resolves when the arrival of every recipient is on the board; answers how many there are. */
  arrivals(directiveId: string, withinMs: number): Promise<number>;
  /** What autovacuum does within the next minute, done now, so that it does not fall into a timed second. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export interface Commit {
  /** Milliseconds since 1970; PostgreSQL takes it just before it flushes the commit to the disk. */
  readonly atMs: number;
  /** Mailbox rows of the directive's mail that this very transaction wrote. */
  readonly mailboxRows: number;
}

export async function openBenchDatabase(url: string): Promise<BenchDatabase> {
  const client = new Client({ connectionString: url, application_name: 'bench' });
  // A broken connection rejects the next query; the event alone would end the bench without its clean-up.
  client.on('error', () => undefined);
  await client.connect();

  async function one<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row> {
    const [row] = (await client.query<Row>(text, [...values])).rows;
    if (row === undefined) throw new Error(`no row: ${text}`);
    return row;
  }

  return {
    async openSessions(issuer) {
      const { rows } = await client.query<{ id: string }>(
        `select id from account where status = 'active' and kind <> 'system' order by address = $1, address`,
        [issuer],
      );
      const tokens = rows.map(() => newToken());
      await client.query(
        `insert into session (id, token_hash, account_id, kind, created_at, last_seen_at, expires_at)
         select s.id, s.hash, s.account, 'bearer', now(), now(), now() + interval '1 day'
         from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as s(id, hash, account)`,
        [rows.map(() => randomUUID()), tokens.map(({ hash }) => hash), rows.map(({ id }) => id)],
      );
      return tokens.map(({ token }) => token);
    },

    // The key's row is written in the command's transaction and never again, so its xmin is that transaction.
    async commitOf(key) {
      const row = await one<{ at_ms: string; mailbox_rows: string }>(
        `select extract(epoch from pg_xact_commit_timestamp(k.xmin)) * 1000 as at_ms,
           (select count(*) from mailbox_message e join directive d on d.message_id = e.message_id
            where d.id = (k.response ->> 'id')::uuid and e.xmin = k.xmin) as mailbox_rows
         from idempotency_key k where k.key = $1`,
        [key],
      );
      return { atMs: Number(row.at_ms), mailboxRows: Number(row.mailbox_rows) };
    },

    async arrivals(directiveId, withinMs) {
      const untilMs = performance.now() + withinMs;
      for (;;) {
        const row = await one<{ recipient_count: number; arrived_count: number }>(
          `select recipient_count, arrived_count from directive where id = $1`,
          [directiveId],
        );
        if (row.arrived_count === row.recipient_count) return row.arrived_count;
        if (performance.now() > untilMs)
          throw new Error(`only ${row.arrived_count} of ${row.recipient_count} arrivals are on the board`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },

    async tidy() {
      await client.query('vacuum (analyze)');
    },

    close: () => client.end(),
  };
}
