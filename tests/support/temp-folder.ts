import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';

/** A folder that goes when the test ends. Others may pass through it, as the user that runs PostgreSQL for root must. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chidao-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  return folder;
}

/** A data folder that goes when the test ends, with a PostgreSQL that a failed test may have left running on it. */
export async function tempDataFolder(name = 'data'): Promise<string> {
  const dataDir = join(await tempFolder(), name);
  onTestFinished(async () => {
    if (!existsSync(join(dataDir, 'postgres', 'postmaster.pid'))) return;
    const left = await startEmbeddedPostgres({ dataDir, explicitDataDir: true, log: () => undefined });
    await left.stop();
  });
  return dataDir;
}
