import { realpath, rename } from 'node:fs/promises';

import { Client } from 'pg';

import { StartRefusal } from '#lib/start-refusal.ts';

import type { Cluster } from './cluster.ts';
import {
  isAlive,
  isServerProcess,
  postmasterFile,
  readPostmasterFile,
  stopServer,
} from './server-process.ts';

/**
 * Deals with what an earlier hub left behind when it could not stop its PostgreSQL (kill -9, a power cut). The
 * caller holds the lock of the data folder, so no living hub uses this server.
 *
 * A process is signalled only when it is proven to be our server: it runs `postgres` in our cluster's folder, and
 * if it answers on its port, it names our folder as its `data_directory`. The process is looked at before anything is
 * sent to the port, so that a stranger who took the port of a dead server never sees a login.
 *
 * A stale file needs no help when its process is gone: PostgreSQL clears it. When the id now belongs to another
 * program, PostgreSQL may take that one for a server and refuse, so the file is moved away. That is safe: PostgreSQL
 * also guards a cluster by its shared memory, which processes of a dead server still hold.
 */
export async function settleLeftover(
  cluster: Cluster,
  password: string,
  log: (line: string) => void,
): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (file === undefined || !isAlive(file.pid)) return;
  if (!(await isServerProcess(cluster, file.pid))) {
    log(
      `The file ${postmasterFile(cluster)} names process ${file.pid}, which is not its server: moved away.`,
    );
    await rename(postmasterFile(cluster), `${postmasterFile(cluster)}.stale`);
    return;
  }
  const answered = await dataDirectoryAt(file.port, password);
  if (answered !== undefined && (await resolved(answered)) !== (await resolved(cluster.folder))) {
    throw new StartRefusal(
      `The PostgreSQL on port ${file.port} works on ${answered} although ${postmasterFile(cluster)} names it: stop it, or remove that file when no PostgreSQL uses ${cluster.folder}.`,
    );
  }
  log('Stopping the PostgreSQL that an earlier run left behind.');
  if (await stopServer(cluster)) return;
  throw new StartRefusal(
    `The PostgreSQL that an earlier run left behind (process ${file.pid}) does not stop: stop it, then start again.`,
  );
}

/** The folder that the server on this port works on; `undefined` when it does not answer (starting, stopping, full). */
async function dataDirectoryAt(port: number, password: string): Promise<string | undefined> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: 'hub',
    password,
    database: 'hub',
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function resolved(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
