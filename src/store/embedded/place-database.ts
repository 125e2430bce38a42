import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

import { makeFolder } from './make-folder.ts';
import { installedBinaries, runnableBinaries } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { SystemUser } from './run-program.ts';
import { ensureSystemUser, firstBlockedFolder, isRoot } from './system-user.ts';

type PlaceOptions = {
  readonly dataDir: string;
  readonly explicitDataDir: boolean;
  readonly fallbackDataDir: string;
  readonly log: (line: string) => void;
};

/** Who runs PostgreSQL, from where, on which data folder. */
type Place = {
  readonly dataDir: string;
  readonly user: SystemUser | undefined;
  readonly binaries: PostgresBinaries;
};

/** The folder of the cluster inside the hub's data folder. It belongs to the user that runs PostgreSQL. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Decides where the database lives and who runs it, and makes the data folder.
 *
 * For root: PostgreSQL does not run as root, so it runs as a system user; a cluster that an ordinary user began is
 * run as its owner, who is the only one that PostgreSQL accepts for it. When that user cannot enter the default data
 * folder, the fallback folder takes its place. A folder that the administrator named himself is never replaced,
 * and one that already holds a cluster is not either, because the hub would come up empty: both are refused with
 * the name of the folder in the way. No existing folder gets another owner or mode.
 */
export async function placeDatabase(options: PlaceOptions): Promise<Place> {
  refuseUnquotable(options.dataDir);
  const installed = await installedBinaries();
  if (!isRoot()) {
    await makeFolder(options.dataDir, 0o700);
    await refuseForeignCluster(options.dataDir);
    const binaries = await runnableBinaries(installed, undefined, options.fallbackDataDir, options.log);
    return { dataDir: options.dataDir, user: undefined, binaries };
  }
  const user = (await clusterOwner(options.dataDir)) ?? (await ensureSystemUser(options.log));
  const dataDir = await reachableDataFolder(options, user);
  await makeFolder(dataDir, 0o711);
  const binaries = await runnableBinaries(installed, user, options.fallbackDataDir, options.log);
  return { dataDir, user, binaries };
}

async function reachableDataFolder(options: PlaceOptions, user: SystemUser): Promise<string> {
  const { dataDir, fallbackDataDir } = options;
  const blocked = await firstBlockedFolder(user, dataDir);
  if (blocked === undefined) return dataDir;
  const refusal = new StartRefusal(
    `The data folder ${dataDir} cannot be used: ${blocked} is closed to the system user ${user.name}, which runs PostgreSQL because the hub was started by root. Open it with chmod o+x ${blocked}, or set HUB_DATA to a folder elsewhere.`,
  );
  if (options.explicitDataDir || existsSync(join(clusterFolder(dataDir), 'PG_VERSION'))) throw refusal;
  refuseUnquotable(fallbackDataDir);
  const fallbackBlocked = await firstBlockedFolder(user, fallbackDataDir);
  if (fallbackBlocked !== undefined) {
    throw new StartRefusal(
      `Neither ${dataDir} nor ${fallbackDataDir} can be used: ${fallbackBlocked} is closed to the system user ${user.name}, which runs PostgreSQL. Open it, or set HUB_DATA to a folder elsewhere.`,
    );
  }
  options.log(`${blocked} is closed to the user ${user.name}: the data folder is ${fallbackDataDir}.`);
  return fallbackDataDir;
}

/** The owner of a cluster that is already there, unless that is root (an empty folder made by an administrator). */
async function clusterOwner(dataDir: string): Promise<SystemUser | undefined> {
  const found = await stat(join(clusterFolder(dataDir), 'PG_VERSION')).catch(() => undefined);
  if (found === undefined || found.uid === 0) return undefined;
  return { name: `number ${found.uid}`, uid: found.uid, gid: found.gid };
}

async function refuseForeignCluster(dataDir: string): Promise<void> {
  const cluster = clusterFolder(dataDir);
  const found = await stat(cluster).catch(() => undefined);
  if (found === undefined || found.uid === process.geteuid?.()) return;
  throw new StartRefusal(
    `The database in ${cluster} belongs to user number ${found.uid}: start the hub as that user or as root, or set HUB_DATA to another folder.`,
  );
}

/** The programs of PostgreSQL build shell commands in which they quote paths with `"` alone. */
function refuseUnquotable(dataDir: string): void {
  if (/["$`\\\n\r]/u.test(dataDir)) {
    throw new StartRefusal(
      `The data folder ${JSON.stringify(dataDir)} has a quote, dollar, backslash or line break in its name: set HUB_DATA to another folder.`,
    );
  }
}
