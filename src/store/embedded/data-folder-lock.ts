import { writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { StartRefusal } from '#lib/start-refusal.ts';

type DataFolderLock = { release(): Promise<void> };

/** Locks that are held. Without this reference a collected handle would close its file and free the lock. */
const held = new Set<DatabaseSync>();

/** SQLite's primary result code for "somebody else holds the lock". */
const SQLITE_BUSY = 5;

/**
 * Takes the hub's own lock on its data folder, so that two hubs never write into one (threat F10).
 *
 * The lock is a kernel lock (fcntl) on `hub.lock`. The kernel frees it when the holder ends in whatever way, kill -9
 * included, so there is no stale state and no take-over, which is where lock files with a process id go wrong:
 * ids are reused, two starters may both find the same file stale, and a hub in another container that shares the
 * folder looks dead because its ids are not visible. A listening socket is out for the same last reason, and for
 * its path limit. Node has no call for a file lock, but its builtin SQLite takes exactly this one on the file for
 * an exclusive transaction; no database is ever written, `hub.lock` stays empty.
 *
 * `hub.pid` is only there to name the holder in the refusal; nothing is decided by it.
 *
 * Throws `StartRefusal` when another hub holds the folder (after at most 0.5 s), or when the folder cannot be
 * written.
 */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const lock = takeLock(dataDir);
  held.add(lock);
  try {
    await writeFile(join(dataDir, 'hub.pid'), `${process.pid}\n`);
  } catch (error) {
    close(lock);
    throw new StartRefusal(`The data folder ${dataDir} cannot be written: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  return {
    async release() {
      close(lock);
    },
  };
}

function takeLock(dataDir: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    // The wait is for two hubs that start in the same instant: each may see the other's first, shared step.
    lock = new DatabaseSync(join(dataDir, 'hub.lock'), { timeout: 500 });
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new StartRefusal(
        `Another hub${holderOf(dataDir)} is running on the data folder ${dataDir}: stop it first, or set HUB_DATA to another folder.`,
        { cause: error },
      );
    }
    throw new StartRefusal(
      `The data folder ${dataDir} cannot be locked: ${messageOf(error)}. Make it writable for this user, or set HUB_DATA to another folder.`,
      { cause: error },
    );
  }
}

function close(lock: DatabaseSync): void {
  if (held.delete(lock)) lock.close();
}

function holderOf(dataDir: string): string {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'hub.pid'), 'utf8'), 10);
    return pid > 0 ? ` (process ${pid})` : '';
  } catch {
    // The name of the holder is a courtesy; the refusal stands without it.
    return '';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
