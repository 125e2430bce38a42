import { spawn } from 'node:child_process';
import type { SpawnOptionsWithoutStdio } from 'node:child_process';

/** A user of the operating system that PostgreSQL runs as when the hub itself is root. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

type RunOptions = {
  /** Another user to run as; only root may ask for one. `undefined` is the hub's own user. */
  readonly as?: SystemUser | undefined;
  readonly input?: string;
  /** Default 60 s. A program that takes longer is killed and counts as failed. */
  readonly timeoutMs?: number;
};

type ProgramResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const OUTPUT_CHARS_MAX = 64 * 1024;

/**
 * Runs a program to its end and never throws: a program that is missing answers 127, one that may not be run 126,
 * as in a shell, so that a caller has one place to look at.
 *
 * The environment is made here and not inherited: a cluster must not differ with the LANG of whoever started the
 * hub. The program gets a session of its own, so that Ctrl-C in the hub's terminal does not reach it (the hub
 * decides in which order things stop), and `/` as its folder, because the hub's own may be closed to the user.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  const spawnOptions: SpawnOptionsWithoutStdio = {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'] || DEFAULT_PATH, LC_ALL: 'C', TZ: 'UTC' },
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    ...(options.as === undefined ? {} : { uid: options.as.uid, gid: options.as.gid }),
  };
  return new Promise((resolve) => {
    const child = spawn(file, args, spawnOptions);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-OUTPUT_CHARS_MAX);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-OUTPUT_CHARS_MAX);
    });
    // The program may end before it has read its input; its exit code tells what happened.
    child.stdin.on('error', () => undefined);
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, stdout, stderr: stderr + error.message });
    });
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? 128,
        stdout,
        stderr: signal === null ? stderr : `${stderr} ended by ${signal}`,
      });
    });
    child.stdin.end(options.input ?? '');
  });
}
