import { mkdir } from 'node:fs/promises';
import type { Config } from '#root/config.ts';
import { StartRefusal } from '#lib/start-refusal.ts';
import { migrateQueues } from '#queue/queues.ts';
import { openDatabase, type Database } from '#store/database.ts';
import { checkDatabase } from '#store/embedded/check-database.ts';
import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';
import { migrate } from '#store/migrate.ts';

/** Connections of one process to PostgreSQL (docs/limits.md): the pool, and those that are opened beside it. */
export const databaseConnections = { pool: 20, relay: 1, listener: 1, queues: 12, spare: 4 } as const;
export const databaseConnectionsPerProcess = Object.values(databaseConnections).reduce(
  (sum, count) => sum + count,
  0,
);

export interface OpenStore {
  readonly url: string;
  readonly dataDir: string;
  readonly database: Database;
  /** The pool first, then the server that is ours. */
  close(): Promise<void>;
}

/** The database that the configuration names, or our own, with an up-to-date schema. Throws `StartRefusal`. */
export async function openStore(config: Config, log: (line: string) => void): Promise<OpenStore> {
  const server = await openServer(config, log);
  try {
    await checkDatabase(server.url);
    const database = await openDatabase(server.url, { connectionsMax: databaseConnections.pool });
    try {
      await refuseSmallServer(database);
      await migrate(server.url, migrateQueues);
    } catch (error) {
      await database.close();
      throw error;
    }
    return {
      ...server,
      database,
      async close() {
        await database.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openServer(config: Config, log: (line: string) => void) {
  if (config.databaseUrl === undefined) {
    const { url, dataDir, stop } = await startEmbeddedPostgres({
      dataDir: config.dataDir,
      explicitDataDir: config.explicitDataDir,
      log,
    });
    return { url, dataDir, stop };
  }
  await makeDataFolder(config.dataDir);
  return { url: config.databaseUrl, dataDir: config.dataDir, stop: () => Promise.resolve() };
}

async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch {
    throw new StartRefusal(`HUB_DATA: ${dataDir} cannot be made. Name a folder that the hub may write to.`);
  }
}

/** A server with too few connections would fail later, under load, and without saying why. */
async function refuseSmallServer(database: Database): Promise<void> {
  const [row] = await database.rows<{ max: number }>(
    `select setting::int as max from pg_settings where name = 'max_connections'`,
  );
  const max = row?.max ?? 0;
  if (max < databaseConnectionsPerProcess)
    throw new StartRefusal(
      `PostgreSQL allows ${max} connections; one hub process needs ${databaseConnectionsPerProcess}. Raise max_connections.`,
    );
}
