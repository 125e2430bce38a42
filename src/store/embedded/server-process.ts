import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { logFiles, program } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { runProgram } from './run-program.ts';

/** What a running (or dead) server wrote about itself into `postmaster.pid`. */
type PostmasterFile = { readonly pid: number; readonly port: number };

export function postmasterFile(cluster: Cluster): string {
  return join(cluster.folder, 'postmaster.pid');
}

export async function readPostmasterFile(cluster: Cluster): Promise<PostmasterFile | undefined> {
  const text = await readFile(postmasterFile(cluster), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  // The single-user mode writes its process id as a negative number.
  return {
    pid: Math.abs(Number.parseInt(lines[0] ?? '', 10)) || 0,
    port: Number.parseInt(lines[3] ?? '', 10) || 0,
  };
}

/**
 * Starts the server and waits until it takes connections; recovery after a crash is part of that and may take
 * minutes. Answers why it did not start, or `undefined`.
 */
export async function startServer(cluster: Cluster, port: number): Promise<string | undefined> {
  const startLog = join(cluster.folder, 'start.log');
  await rm(startLog, { force: true });
  const started = await runProgram(
    program(cluster, 'pg_ctl'),
    ['start', '-w', '-s', '-t', '600', '-D', cluster.folder, '-l', startLog, '-o', `-p ${port}`],
    { as: cluster.user, timeoutMs: 660_000 },
  );
  if (started.code === 0) return undefined;
  // Faults before the log collector runs are in the start log, later ones in the newest log file.
  const newest = (await logFiles(cluster)).at(-1);
  for (const file of [newest && join(cluster.folder, 'log', newest), startLog]) {
    const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
    const faults = text.split('\n').filter((line) => /(?:FATAL|PANIC|could not bind)/u.test(line));
    if (faults.length > 0) return faults.join(' ');
  }
  return started.stderr.trim() || `pg_ctl ended with ${started.code}`;
}

/**
 * Stops the server and waits until it is gone: first in order, which finishes what is running and writes a
 * checkpoint, then, when a client holds it up, as a crash would, which loses no acknowledged row either. Answers
 * whether no server of ours runs any more. pg_ctl signals the process named in `postmaster.pid`, so nothing is
 * done unless that process is proven to be our server: ids are reused.
 */
export async function stopServer(cluster: Cluster): Promise<boolean> {
  for (const args of [
    ['-m', 'fast', '-t', '60'],
    ['-m', 'immediate', '-t', '20'],
  ]) {
    if (!(await isOurServerRunning(cluster))) return true;
    await runProgram(program(cluster, 'pg_ctl'), ['stop', '-w', '-s', ...args, '-D', cluster.folder], {
      as: cluster.user,
      timeoutMs: 90_000,
    });
  }
  return !(await isOurServerRunning(cluster));
}

async function isOurServerRunning(cluster: Cluster): Promise<boolean> {
  const file = await readPostmasterFile(cluster);
  return file !== undefined && isAlive(file.pid) && isServerProcess(cluster, file.pid);
}

/** Whether some process has this id, whosever it is. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether the process is a PostgreSQL that works on this very cluster: its program is `postgres` and it stands in
 * the cluster's folder, as every process of a server does. Asked as the user that owns the process, because root in
 * a container may not look at the processes of others. Where there is no /proc, the server's command line tells.
 */
export async function isServerProcess(cluster: Cluster, pid: number): Promise<boolean> {
  const folder = await realpath(cluster.folder);
  if (process.platform !== 'linux') {
    const shown = await runProgram('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { as: cluster.user });
    return shown.stdout.includes('postgres') && shown.stdout.includes(`-D ${cluster.folder}`);
  }
  const [executable, standsIn] = await Promise.all(
    ['exe', 'cwd'].map((name) => runProgram('readlink', [`/proc/${pid}/${name}`], { as: cluster.user })),
  );
  // The kernel adds " (deleted)" when the file was replaced, as npm does when it installs anew.
  return (
    /\/postgres(?: \(deleted\))?\n$/u.test(executable?.stdout ?? '') && standsIn?.stdout === `${folder}\n`
  );
}
