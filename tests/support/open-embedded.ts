import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Client } from 'pg';
import type { QueryResultRow } from 'pg';
import { onTestFinished } from 'vitest';

import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '#store/embedded/start-embedded-postgres.ts';

type OpenedPostgres = EmbeddedPostgres & { readonly logged: readonly string[] };

/** Starts an embedded PostgreSQL that stops when the test ends, and keeps what it logs. */
export async function openEmbedded(
  dataDir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<OpenedPostgres> {
  const logged: string[] = [];
  const opened = await startEmbeddedPostgres({
    dataDir,
    explicitDataDir: true,
    log: (line) => logged.push(line),
    ...options,
  });
  onTestFinished(() => opened.stop());
  return { ...opened, logged };
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The process id that the server of this data folder wrote down. */
export async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}
