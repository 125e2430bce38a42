import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';
import { inject } from 'vitest';

import { openDatabase, type Database } from '#store/database.ts';
import { runMigrations } from '#store/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Closes the connections and deletes the database. */
  drop(): Promise<void>;
}

/** Any number that no other lock of the cluster has. */
const templateLock = 7_305_912;

const migrationsFolder = fileURLToPath(new URL('../../src/store/migrations/', import.meta.url));

/**
 * A migrated, empty database for one test file. It is a copy of a template that is migrated once for each state of
 * the migrations, so a file waits for a copy and not for the schema.
 */
export async function createTestDatabase(options: { connectionsMax?: number } = {}): Promise<TestDatabase> {
  const clusterUrl = process.env['CHIDAO_TEST_CLUSTER_URL'] ?? inject('clusterUrl');
  const template = await ensureTemplate(clusterUrl);
  const name = `chidao_test_${randomUUID().replaceAll('-', '')}`;
  // A copy of the files forces a checkpoint, for which all the files that run beside this one would wait.
  await onCluster(clusterUrl, (client) =>
    client.query(`create database "${name}" template "${template}" strategy wal_log`),
  );
  const url = withDatabase(clusterUrl, name);
  const database = await openDatabase(url, { connectionsMax: options.connectionsMax ?? 10 });
  return {
    url,
    database,
    async drop() {
      await database.close();
      await onCluster(clusterUrl, (client) => client.query(`drop database "${name}" with (force)`));
    },
  };
}

/** The name is given only to a template that is whole: one that a killed run left half made is made again. */
async function ensureTemplate(clusterUrl: string): Promise<string> {
  const template = `chidao_template_${await migrationsHash()}`;
  const building = `${template}_building`;
  await onCluster(clusterUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const found = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rows.length > 0) return;
    await client.query(`drop database if exists "${building}" with (force)`);
    await client.query(`create database "${building}" template template0`);
    await runMigrations(withDatabase(clusterUrl, building));
    await client.query(`alter database "${building}" rename to "${template}"`);
  });
  return template;
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(migrationsFolder)).sort())
    hash.update(name).update(await readFile(`${migrationsFolder}${name}`));
  return hash.digest('hex').slice(0, 16);
}

function withDatabase(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The connection's end also releases its lock. */
async function onCluster(clusterUrl: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
