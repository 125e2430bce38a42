import { chown, mkdtemp, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

import type { PostgresBinaries } from './postgres-binaries.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './run-program.ts';

/** One database cluster on disk and what is needed to run it. */
export type Cluster = {
  readonly folder: string;
  readonly user: SystemUser | undefined;
  readonly binaries: PostgresBinaries;
};

type ClusterSettings = { readonly maxConnections: number; readonly fsync: boolean };

/** Only the role `hub` may connect, and only from this machine; the superuser has no password and no way in. */
const ACCESS = 'host all hub 127.0.0.1/32 scram-sha-256\n';

/** Character types of the platform's own library; the builtin locale decides the rest. Newer systems have the first. */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8'];

const LOG_FILES_KEPT = 10;

export function program(cluster: Cluster, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(cluster.binaries.folder, 'bin', name);
}

/**
 * Makes the cluster with its role and database `hub`, under another name first, so that a cluster under its final
 * name is always whole: a hub killed in the middle leaves a folder that the next start removes.
 *
 * Encoding and locale are given whatever the environment. With an empty one, as under systemd, plain initdb makes an
 * SQL_ASCII cluster, in which Vietnamese letters break and pg_trgm drops them.
 */
export async function createCluster(
  cluster: Cluster,
  password: string,
  { fsync }: ClusterSettings,
): Promise<void> {
  const parent = dirname(cluster.folder);
  for (const name of await readdir(parent)) {
    // An initdb that outlived its hub may still write there; its folder then goes at the next first start.
    if (name.startsWith(`${basename(cluster.folder)}.partial-`)) {
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
  const partial: Cluster = { ...cluster, folder: await mkdtemp(`${cluster.folder}.partial-`) };
  try {
    if (cluster.user !== undefined) await chown(partial.folder, cluster.user.uid, cluster.user.gid);
    await initialise(partial);
    await runOffline(partial, [
      `CREATE ROLE hub LOGIN CREATEDB PASSWORD '${password}'`,
      'GRANT pg_monitor TO hub',
      'CREATE DATABASE hub OWNER hub',
    ]);
    await placeFile(partial, 'pg_hba.conf', ACCESS);
    const defaults = await readFile(join(partial.folder, 'postgresql.conf'), 'utf8');
    await placeFile(partial, 'postgresql.conf', `${defaults}\ninclude = 'hub.conf'\n`);
    if (fsync) await syncCluster(partial);
    await giveFinalName(partial, cluster);
    if (fsync) await syncFolder(parent);
  } catch (error) {
    await rm(partial.folder, { recursive: true, force: true });
    throw error;
  }
}

async function initialise(cluster: Cluster): Promise<void> {
  const faults: string[] = [];
  for (const characterType of CHARACTER_TYPES) {
    const made = await runProgram(
      program(cluster, 'initdb'),
      [
        `--pgdata=${cluster.folder}`,
        '--username=postgres',
        '--auth=reject',
        '--data-checksums',
        '--no-sync',
        '--no-instructions',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--lc-collate=C',
        `--lc-ctype=${characterType}`,
      ],
      { as: cluster.user, timeoutMs: 300_000 },
    );
    if (made.code === 0) return;
    faults.push(made.stderr.trim());
  }
  throw new StartRefusal(`The database could not be created in ${cluster.folder}: ${faults[0]}`);
}

async function giveFinalName(partial: Cluster, cluster: Cluster): Promise<void> {
  try {
    await rename(partial.folder, cluster.folder);
  } catch (error) {
    throw new StartRefusal(
      `${cluster.folder} is in the way of a new database (it is not an empty folder, and holds none): move it away, or set HUB_DATA to another folder.`,
      { cause: error },
    );
  }
}

/** Brings all files of a new cluster to the disk at once; initdb leaves that out because more is written after it. */
async function syncCluster(cluster: Cluster): Promise<void> {
  const args = ['-D', cluster.folder, '--sync-only'];
  const synced = await runProgram(program(cluster, 'initdb'), args, { as: cluster.user, timeoutMs: 300_000 });
  if (synced.code === 0) return;
  throw new StartRefusal(`The new database could not be brought to the disk: ${synced.stderr}`);
}

/** Without this a power cut may take back the rename of a cluster that has already acknowledged rows. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives the role `hub` another password, for a password file that was lost. The server must not be running. */
export function replacePassword(cluster: Cluster, password: string): Promise<void> {
  return runOffline(cluster, [`ALTER ROLE hub PASSWORD '${password}'`]);
}

/**
 * Runs statements, one a line, in PostgreSQL's single-user mode: there the superuser needs no password and no port,
 * and the new password crosses a pipe, not an argument list that other users can read.
 */
async function runOffline(cluster: Cluster, statements: readonly string[]): Promise<void> {
  const done = await runProgram(
    program(cluster, 'postgres'),
    [
      '--single',
      '-D',
      cluster.folder,
      '-c',
      'exit_on_error=true',
      '-c',
      'log_min_error_statement=panic',
      'postgres',
    ],
    { as: cluster.user, input: `${statements.join('\n')}\n`, timeoutMs: 300_000 },
  );
  if (done.code === 0) return;
  const reason = /(?:FATAL|PANIC|ERROR): .*/u.exec(done.stderr)?.[0] ?? `exit code ${done.code}`;
  throw new StartRefusal(`The database in ${cluster.folder} could not be set up: ${reason}`);
}

/** Refuses a cluster of another major version: PostgreSQL would not start, and says so only in its log. */
export async function refuseOtherVersion(cluster: Cluster): Promise<void> {
  const found = (await readFile(join(cluster.folder, 'PG_VERSION'), 'utf8')).trim();
  const ours = cluster.binaries.version.split('.')[0];
  if (found === ours) return;
  throw new StartRefusal(
    `The database in ${cluster.folder} was made by PostgreSQL ${found} and this hub brings ${ours}: restore a backup into a new data folder, or go back to the former release.`,
  );
}

/**
 * Writes the hub's settings, which `postgresql.conf` includes; what an administrator writes after that line, or sets
 * with ALTER SYSTEM, wins.
 */
export function writeSettings(cluster: Cluster, settings: ClusterSettings): Promise<void> {
  return placeFile(cluster, 'hub.conf', settingsText(settings));
}

/**
 * Puts a file into the cluster. It is made in the hub's own folder and moved: in a folder that belongs to another
 * user, root must not write through a path which that user may have made a link.
 */
async function placeFile(cluster: Cluster, name: string, text: string): Promise<void> {
  const partial = `${cluster.folder}.${name}.partial`;
  await writeFile(partial, text, { mode: 0o600 });
  if (cluster.user !== undefined) await chown(partial, cluster.user.uid, cluster.user.gid);
  await rename(partial, join(cluster.folder, name));
}

function settingsText({ maxConnections, fsync }: ClusterSettings): string {
  const durable = fsync ? 'on' : 'off';
  return `# Written by the hub at every start. Put your own settings after the include line in postgresql.conf.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = ${maxConnections}
password_encryption = 'scram-sha-256'
fsync = ${durable}
synchronous_commit = ${durable}
full_page_writes = ${durable}
wal_compression = on
shared_buffers = '256MB'
jit = off
# A query whose client is gone ends, also when its hub and the server's main process were killed.
client_connection_check_interval = '2s'
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%Y-%m-%d_%H%M%S.log'
log_rotation_size = '10MB'
log_rotation_age = 0
`;
}

/**
 * Keeps the newest log files; PostgreSQL begins a new one at each start and every 10 MB and removes none. They are
 * removed as their owner: root must not delete by a path that somebody else can bend.
 */
export async function pruneLogs(cluster: Cluster): Promise<void> {
  const old = (await logFiles(cluster)).slice(0, -LOG_FILES_KEPT);
  if (old.length === 0) return;
  await runProgram('rm', ['-f', '--', ...old.map((name) => join(cluster.folder, 'log', name))], {
    as: cluster.user,
  });
}

/** Names of the server's log files, oldest first. */
export async function logFiles(cluster: Cluster): Promise<string[]> {
  const names = await readdir(join(cluster.folder, 'log')).catch(() => []);
  return names.filter((name) => name.endsWith('.log')).sort();
}
