import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { demoPassword, type TestHub } from './start-test-hub.ts';

/** A hub process from its very start, for what happens before it is ready or instead of that. */
export interface HubProcess {
  readonly dataDir: string;
  readonly pid: number;
  output(): string;
  /** Resolves when it says that it is ready; rejects when it ends before. */
  ready(): Promise<{ url: string; ports: TestHub['ports'] }>;
  signal(name: NodeJS.Signals): void;
  /** The exit code, or null after a signal that it could not answer. */
  readonly exited: Promise<number | null>;
}

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const freePorts = Object.fromEntries(
  [
    'HTTP_PORT',
    'HTTPS_PORT',
    'SMTP_PORT',
    'SUBMISSION_PORT',
    'SUBMISSIONS_PORT',
    'IMAP_PORT',
    'IMAPS_PORT',
  ].map((name) => [name, '0']),
);

/** Runs the hub's own program. Without DATABASE_URL in `env` it runs a PostgreSQL of its own in the data folder. */
export function runHub(dataDir: string, env: Readonly<Record<string, string>> = {}): HubProcess {
  const child = spawn(process.execPath, [mainFile], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...freePorts,
      HUB_DATA: dataDir,
      HUB_SEED: 'tiny',
      HUB_DEMO_PASSWORD: demoPassword,
      HUB_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const pid = child.pid;
  if (pid === undefined) throw new Error('the hub did not start');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    dataDir,
    pid,
    exited,
    output: () => text,
    signal: (name) => void child.kill(name),
    async ready() {
      const spoken = new Promise<void>((resolve) => {
        const look = (): void => {
          if (text.includes('chidao is ready')) resolve();
        };
        child.stdout.on('data', look);
        look();
      });
      const ended = exited.then((code) => Promise.reject(new Error(`the hub ended with ${code}: ${text}`)));
      await Promise.race([spoken, ended]);
      const facts = JSON.parse(await readFile(join(dataDir, 'hub.json'), 'utf8')) as {
        ports: TestHub['ports'];
      };
      return { url: `http://127.0.0.1:${facts.ports.http}`, ports: facts.ports };
    },
  };
}

/** Starts a hub that must not start, and gives the one line for a person that it ends with. */
export async function refusalOf(env: Readonly<Record<string, string>>, dataDir: string): Promise<string> {
  const refused = runHub(dataDir, env);
  expect(await refused.exited).toBe(1);
  const lines = refused
    .output()
    .split('\n')
    .filter((line) => line !== '');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^chidao cannot start: /);
  return lines[0] ?? '';
}
