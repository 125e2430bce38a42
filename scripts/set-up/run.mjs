import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

/** Something the person who typed the command can put right; the message is one line that says how. */
export class SetUpRefusal extends Error {
  name = 'SetUpRefusal';
}

export function say(line) {
  console.log(`set-up: ${line}`);
}

/**
 * The PATH without any `node_modules/.bin`: npm puts them in front, so that `npm` would run on the Node of the very folder
 * that it is about to replace.
 */
export function hostPath() {
  return folders()
    .filter((folder) => !folder.endsWith(`node_modules${sep}.bin`))
    .join(delimiter);
}

/** The first of these programs that is on the PATH, or undefined. A name with a slash is taken as a path. */
export function findProgram(names) {
  for (const name of names) {
    const candidates = name.includes(sep) ? [name] : folders().map((folder) => join(folder, name));
    const found = candidates.find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Runs a program to its end without a stdin. Gives its exit code (-1 when it cannot run or died of a signal) and what it
 * printed; with `show` its error output goes to the screen as it comes.
 */
export function run(program, programArguments, { cwd, env = {}, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    }
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

function folders() {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
