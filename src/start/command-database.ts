import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#root/config.ts';
import { openDatabase, type Database } from '#store/database.ts';
import { openStore } from './open-store.ts';

const connectionsMax = 2;

/**
 * The database for a command: the configured one, the one of the hub that runs on this data folder, or, when none
 * runs, our own, started for the command.
 */
export async function openCommandDatabase(
  config: Config,
): Promise<{ database: Database; close(): Promise<void> }> {
  const url = config.databaseUrl ?? (await runningDatabase(config.dataDir));
  if (url === undefined) return openStore(config, () => undefined);
  const database = await openDatabase(url, { connectionsMax });
  return { database, close: () => database.close() };
}

async function runningDatabase(dataDir: string): Promise<string | undefined> {
  try {
    const facts = JSON.parse(await readFile(join(dataDir, 'hub.json'), 'utf8')) as {
      pid: number;
      databaseUrl?: string;
    };
    // Signal 0 only asks whether the process is there.
    process.kill(facts.pid, 0);
    return facts.databaseUrl;
  } catch {
    // No file, or the hub that wrote it is gone: nothing runs here.
    return undefined;
  }
}
