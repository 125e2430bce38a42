/**
 * A stand-in for the hub in the tests of the embedded PostgreSQL: starts it, then writes rows one after the other and
 * prints `ack <n>` for each that is committed. SIGTERM and SIGINT end it in order, as the hub ends: writer, then
 * client, then PostgreSQL. Run as `node embedded-writer.ts <options as JSON>`.
 */
import { Client } from 'pg';

import { StartRefusal } from '#lib/start-refusal.ts';
import { checkDatabase } from '#store/embedded/check-database.ts';
import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';

type WriterOptions = { dataDir: string; explicitDataDir: boolean; fallbackDataDir?: string };

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const stopAsked = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopAsked.abort();
  });
}

async function run(options: WriterOptions): Promise<void> {
  const postgres = await startEmbeddedPostgres({ ...options, log: (line) => say(`log ${line}`) });
  try {
    await checkDatabase(postgres.url);
    await writeUntilStopped(postgres.url, () => say(`ready ${postgres.dataDir}`));
  } finally {
    await postgres.stop();
    say('stopped');
  }
}

async function writeUntilStopped(url: string, onReady: () => void): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', (error) => say(`lost ${error.message}`));
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS written (n integer PRIMARY KEY)');
  const { rows } = await client.query<{ next: number }>(
    'SELECT coalesce(max(n), 0) + 1 AS next FROM written',
  );
  onReady();
  for (let n = rows[0]?.next ?? 1; !stopAsked.signal.aborted; n += 1) {
    await client.query('INSERT INTO written VALUES ($1)', [n]);
    say(`ack ${n}`);
  }
  await client.end();
}

try {
  await run(JSON.parse(process.argv[2] ?? '{}') as WriterOptions);
} catch (error) {
  say(error instanceof StartRefusal ? `refused ${error.message}` : `fault ${String(error)}`);
  process.exitCode = 1;
}
