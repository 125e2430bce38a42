import pg from 'pg';
import type { TestHub } from './start-test-hub.ts';

/** The hub's database, past its doors. */
export interface HubRows {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** How many rows each table has that a command writes, with the counter's value. */
  written(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export async function openHubRows(hub: Pick<TestHub, 'databaseUrl'>): Promise<HubRows> {
  const pool = new pg.Pool({ connectionString: hub.databaseUrl, max: 2 });
  pool.on('error', () => undefined);
  async function query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await pool.query(text, [...values])).rows as Row[];
  }
  return {
    query,
    async written() {
      const [row] = await query<Record<string, string>>(
        `select (select count(*) from directive) as directive, (select count(*) from assignment) as assignment,
           (select count(*) from recipient) as recipient, (select count(*) from outbox) as outbox,
           (select count(*) from message) as message, (select count(*) from mailbox_message) as mailbox_message,
           (select count(*) from idempotency_key) as idempotency_key,
           (select count(*) from recipient where arrived_at is not null) as arrived,
           (select count(*) from recipient where opened_at is not null) as opened,
           (select count(*) from recipient where acknowledged_at is not null) as acknowledged,
           (select coalesce(sum(value), 0) from counter) as counter`,
      );
      return Object.fromEntries(Object.entries(row ?? {}).map(([name, count]) => [name, Number(count)]));
    },
    close: () => pool.end(),
  };
}
