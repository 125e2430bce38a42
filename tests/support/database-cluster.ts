import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { StartRefusal } from '#lib/start-refusal.ts';
import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';
import type { EmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a cluster for the whole run, as a role that may create databases. Its own database stays empty. */
    clusterUrl: string;
  }
}

const PREFIX = 'chidao-cluster-';

let cluster: EmbeddedPostgres | undefined;
let folder: string | undefined;

/** Starts one PostgreSQL for all test files of a project; each file makes a database of its own in it. */
export async function setup(project: TestProject): Promise<void> {
  await removeAbandoned();
  folder = await mkdtemp(join(tmpdir(), PREFIX));
  // For root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o711);
  cluster = await startTestCluster(folder);
  project.provide('clusterUrl', cluster.url);
}

export async function teardown(): Promise<void> {
  await cluster?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

function startTestCluster(dataDir: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, explicitDataDir: true, fsync: false, log: () => undefined });
}

/** A test run that was killed leaves its PostgreSQL running: it is stopped here. Runs that live hold their lock. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const abandoned = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || !existsSync(join(abandoned, 'postgres', 'postmaster.pid'))) continue;
    try {
      await (await startTestCluster(abandoned)).stop();
      await rm(abandoned, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof StartRefusal)) throw error;
    }
  }
}
