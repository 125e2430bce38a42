import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

import { runProgram } from './run-program.ts';
import type { SystemUser } from './run-program.ts';

const OWN_USER = 'chidao';

/** Users that most systems have and that own little; tried in this order when `chidao` cannot be made. */
const STAND_INS = ['postgres', '_postgres', 'nobody'];

/** PostgreSQL refuses to run as root; everybody else runs it as himself. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Finds the user that runs PostgreSQL for a hub started by root: `chidao`, made when it is missing, without a home,
 * a shell or a password. Where users cannot be made (no useradd, a read-only /etc) an existing one stands in, and
 * the log says so, because other programs may run as it too.
 */
export async function ensureSystemUser(log: (line: string) => void): Promise<SystemUser> {
  const existing = await findUser(OWN_USER);
  if (existing !== undefined) return existing;
  const made = await runProgram('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    OWN_USER,
  ]);
  // Looked up whatever useradd answered: another hub may have made the user in the same instant.
  const created = await findUser(OWN_USER);
  if (created !== undefined) {
    log(`Created the system user ${OWN_USER}, because PostgreSQL does not run as root.`);
    return created;
  }
  for (const name of STAND_INS) {
    const user = await findUser(name);
    if (user === undefined) continue;
    log(
      `The system user ${OWN_USER} could not be created (${lastLine(made.stderr)}); PostgreSQL runs as ${name}.`,
    );
    return user;
  }
  throw new StartRefusal(
    `PostgreSQL does not run as root and the system user ${OWN_USER} could not be created (${lastLine(made.stderr)}): create it, start the hub as another user, or set DATABASE_URL.`,
  );
}

/**
 * The first folder on the way to `path` (itself included where it is a folder) that the user cannot enter, or
 * `undefined` when all are open. What does not exist yet is left out. The system is asked as that user and no mode
 * bits are computed, so that access lists and security modules count too.
 */
export async function firstBlockedFolder(user: SystemUser, path: string): Promise<string | undefined> {
  const folders = await foldersTo(path);
  const script = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done';
  const answer = await runProgram('/bin/sh', ['-c', script, 'sh', ...folders], { as: user });
  if (answer.code === 0) return undefined;
  return answer.stdout === '' ? path : answer.stdout;
}

async function foldersTo(path: string): Promise<string[]> {
  let deepest = path;
  while (!existsSync(deepest)) deepest = dirname(deepest);
  deepest = await realpath(deepest);
  const folders = [deepest];
  while (dirname(deepest) !== deepest) {
    deepest = dirname(deepest);
    folders.unshift(deepest);
  }
  return folders;
}

async function findUser(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
