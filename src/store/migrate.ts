import { Client } from 'pg';
import { StartRefusal } from '#lib/start-refusal.ts';
import { migrationNames } from './migrations/migration-names.ts';

const migrationLock = 7_301_002;

/**
 * Brings the schema up to this program's: ours first, then the queue's. MikroORM takes no lock of its own and two hubs
 * at once would fail, so both run under one advisory lock on a connection that is ours. Throws `StartRefusal` when the
 * schema was made by a newer program.
 */
export async function migrate(url: string, migrateQueues: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'hub migrations' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const done = await doneMigrations(client);
    refuseNewerSchema(done);
    if (done.length < migrationNames.length) await runMigrations(url);
    await migrateQueues(client);
  } finally {
    await client.end();
  }
}

async function doneMigrations(client: Client): Promise<readonly string[]> {
  const table = await client.query<{ there: boolean }>(
    `select to_regclass('hub_migration') is not null as there`,
  );
  if (table.rows[0]?.there !== true) return [];
  const done = await client.query<{ name: string }>('select name from hub_migration order by name');
  return done.rows.map((row) => row.name);
}

function refuseNewerSchema(done: readonly string[]): void {
  const known: readonly string[] = migrationNames;
  const unknown = done.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new StartRefusal(
      `The database was changed by a newer hub (${unknown}). Start that version, or restore a backup made before it.`,
    );
}

/** The migrator is loaded only when there is something to do: it is a tenth of a start's time. */
export async function runMigrations(url: string): Promise<void> {
  const { migrateDatabase } = await import('./migrations/migrate-database.ts');
  await migrateDatabase(url);
}
