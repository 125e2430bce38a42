import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { StartRefusal } from '#lib/start-refusal.ts';

import { createCluster, pruneLogs, refuseOtherVersion, replacePassword, writeSettings } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { settleLeftover } from './leftover-server.ts';
import { passwordFile, readOrMakePassword } from './password-file.ts';
import { clusterFolder, placeDatabase } from './place-database.ts';
import { startServer, stopServer } from './server-process.ts';

export type EmbeddedPostgresOptions = {
  /** The hub's data folder, absolute. */
  readonly dataDir: string;
  /** The administrator named the folder (HUB_DATA), so no other may take its place. */
  readonly explicitDataDir: boolean;
  /** Default: a free port. */
  readonly port?: number;
  /** Default 300. */
  readonly maxConnections?: number;
  /** Default true. False gives up durability and is for test clusters only. */
  readonly fsync?: boolean;
  /** Takes the place of a default data folder that PostgreSQL's user cannot reach. Default `/var/lib/chidao`. */
  readonly fallbackDataDir?: string;
  readonly log: (line: string) => void;
};

export type EmbeddedPostgres = {
  /** `postgres://hub:password@127.0.0.1:port/hub` */
  readonly url: string;
  /** The data folder that is really used. */
  readonly dataDir: string;
  /** Stops PostgreSQL and frees the data folder; to be called after the last client has closed. Safe to repeat. */
  stop(): Promise<void>;
};

const EXTENSIONS = ['citext', 'ltree', 'pg_trgm', 'unaccent'];
const ORPHANS_END_WITHIN_MS = 30_000;
const PORT_TRIES = 5;

/**
 * Starts the hub's own PostgreSQL on its data folder and makes it at the first start.
 *
 * The order is: who runs it and where, the lock on the data folder, what an earlier run left behind, the cluster,
 * the server. PostgreSQL runs in a process group of its own, because Ctrl-C must reach the hub alone: it lets its
 * doors and workers finish and then calls `stop`.
 *
 * Throws `StartRefusal` for everything that the administrator can put right.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, user, binaries } = await placeDatabase({
    ...options,
    fallbackDataDir: options.fallbackDataDir ?? '/var/lib/chidao',
  });
  const lock = await lockDataFolder(dataDir);
  const cluster: Cluster = { folder: clusterFolder(dataDir), user, binaries };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopServer(cluster).then(async (stopped) => {
      await lock.release();
      if (!stopped) options.log(`PostgreSQL in ${cluster.folder} did not stop; the next start will stop it.`);
    });
    return stopping;
  };
  try {
    const password = await prepareCluster(cluster, dataDir, options);
    const port = await startOnPort(cluster, options.port);
    await verify(port, password, dataDir);
    return { url: `postgres://hub:${password}@127.0.0.1:${port}/hub`, dataDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Brings the folder to the point where the server can start; answers the password of the role `hub`. */
async function prepareCluster(
  cluster: Cluster,
  dataDir: string,
  options: EmbeddedPostgresOptions,
): Promise<string> {
  const settings = { maxConnections: options.maxConnections ?? 300, fsync: options.fsync ?? true };
  const { password, isNew } = await readOrMakePassword(dataDir);
  if (existsSync(join(cluster.folder, 'PG_VERSION'))) {
    await refuseOtherVersion(cluster);
    await settleLeftover(cluster, password, options.log);
    await writeSettings(cluster, settings);
    if (isNew) {
      options.log(`The file ${passwordFile(dataDir)} was missing: the database has a new password.`);
      await replacePassword(cluster, password);
    }
    await pruneLogs(cluster);
  } else {
    options.log(`Creating the database in ${cluster.folder}.`);
    await createCluster(cluster, password, settings);
    await writeSettings(cluster, settings);
  }
  return password;
}

/**
 * Starts the server on the wanted port, or on a free one; a free one may be taken by another program before the
 * server has it, so that is tried again. Processes of a server that was killed alone may outlive it for a moment and
 * hold its shared memory; they end by themselves, so that is waited for.
 */
async function startOnPort(cluster: Cluster, wanted: number | undefined): Promise<number> {
  const orphansDeadline = Date.now() + ORPHANS_END_WITHIN_MS;
  for (let tries = 1; ;) {
    const port = wanted ?? (await freePort());
    const fault = await startServer(cluster, port);
    if (fault === undefined) return port;
    if (/shared memory block .* in use/u.test(fault) && Date.now() < orphansDeadline) {
      await delay(200);
      continue;
    }
    const portTaken = /could not bind|could not create any TCP\/IP sockets/u.test(fault);
    if (portTaken && wanted === undefined && tries < PORT_TRIES) {
      tries += 1;
      continue;
    }
    throw new StartRefusal(
      portTaken
        ? `PostgreSQL cannot listen on port ${port} of 127.0.0.1, because another program does: stop that program or choose another port.`
        : `PostgreSQL did not start in ${cluster.folder}: ${fault}`,
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Proves that the hub can log in and that every extension its migrations create is there. */
async function verify(port: number, password: string, dataDir: string): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: 'hub', password, database: 'hub' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM pg_available_extensions WHERE name = ANY($1)',
      [EXTENSIONS],
    );
    const missing = EXTENSIONS.filter((name) => !rows.some((row) => row.name === name));
    if (missing.length > 0) {
      throw new StartRefusal(`The embedded PostgreSQL lacks ${missing.join(', ')}: run npm rebuild.`);
    }
  } catch (error) {
    if ((error as { code?: string }).code !== '28P01') throw error;
    throw new StartRefusal(
      `The password in ${passwordFile(dataDir)} is not the database's: remove that file and start again, the hub then sets a new one.`,
      { cause: error },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
