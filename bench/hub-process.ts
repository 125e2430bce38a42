import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterFolder } from '#store/embedded/place-database.ts';
import { startEmbeddedPostgres } from '#store/embedded/start-embedded-postgres.ts';
import type { CleanUp } from './clean-up.ts';

/** The hub as `npm start` runs it, PostgreSQL of its own included. */
export interface HubProcess {
  readonly url: string;
  readonly databaseUrl: string;
  readonly ports: Readonly<Record<'smtp' | 'submissions' | 'imaps', number>>;
  /** Of every demo account. */
  readonly password: string;
  /** From the start of the process to "chidao is ready". */
  readonly readyMs: number;
  /** Resident memory of the hub's own process now. */
  rssKib(): Promise<number>;
  stop(): Promise<void>;
}

export interface HubProcessOptions {
  readonly dataDir: string;
  readonly seed: string;
  readonly execArgv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const mainFile = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const anyFreePort = '0';
const password = 'mat-khau-do-luong';

/**
 * Makes the cluster beforehand, with lines of postgresql.conf. The default lets PostgreSQL keep the time of each commit,
 * the bench's clock for "commit". These settings are the only difference from a hub in use; that one costs a few bytes
 * in memory per transaction.
 */
export async function prepareDatabase(
  dataDir: string,
  cleanUp: CleanUp,
  settings: readonly string[] = ['track_commit_timestamp = on'],
): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir, explicitDataDir: true, log: () => undefined });
  cleanUp.add(postgres.stop);
  await postgres.stop();
  await appendFile(join(clusterFolder(dataDir), 'postgresql.conf'), `${settings.join('\n')}\n`);
}

export async function startHubProcess(options: HubProcessOptions, cleanUp: CleanUp): Promise<HubProcess> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...options.execArgv, mainFile], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HUB_DATA: options.dataDir,
      HUB_SEED: options.seed,
      HUB_DEMO_PASSWORD: password,
      HUB_LOG_LEVEL: 'warn',
      HTTP_PORT: anyFreePort,
      HTTPS_PORT: anyFreePort,
      SMTP_PORT: anyFreePort,
      SUBMISSION_PORT: anyFreePort,
      SUBMISSIONS_PORT: anyFreePort,
      IMAP_PORT: anyFreePort,
      IMAPS_PORT: anyFreePort,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUp.add(() => end(child));
  await readyLine(child);
  const readyMs = performance.now() - startedMs;
  const facts = JSON.parse(await readFile(join(options.dataDir, 'hub.json'), 'utf8')) as {
    url: string;
    databaseUrl: string;
    ports: HubProcess['ports'];
  };
  return {
    url: facts.url,
    databaseUrl: facts.databaseUrl,
    ports: facts.ports,
    password,
    readyMs,
    async rssKib() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1]);
    },
    stop: () => end(child),
  };
}

function readyLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('chidao is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
