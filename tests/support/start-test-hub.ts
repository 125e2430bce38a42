import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inject } from 'vitest';

/** A whole hub in a process of its own, on free ports, with a database of its own in the test cluster. */
export interface TestHub {
  readonly url: string;
  readonly https: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly ports: Readonly<
    Record<'http' | 'https' | 'smtp' | 'submission' | 'submissions' | 'imap' | 'imaps', number>
  >;
  /** What it has printed so far, both streams. */
  output(): string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Stops it if it runs, and removes its folder and database. */
  remove(): Promise<void>;
}

export const demoPassword = 'mat-khau-thu-nghiem';
export const leader = 'chutich@vpubnd.binhthuan.example';
export const viceLeader = 'phochutich@vpubnd.binhthuan.example';
export const clerk = 'vanthu@vpubnd.binhthuan.example';
export const official = 'giamdoc@stttt.binhthuan.example';
export const districtHead = 'chutich@phanthiet.binhthuan.example';
export const districtClerk = 'vanthu@phanthiet.binhthuan.example';
export const administrator = 'admin@binhthuan.example';

export interface TestHubOptions {
  readonly seed?: 'none' | 'tiny' | 'demo' | 'full';
  readonly env?: Readonly<Record<string, string>>;
  /** Start again on what an earlier hub left behind. */
  readonly on?: Pick<TestHub, 'databaseUrl' | 'dataDir'>;
  readonly roles?: string;
}

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const freePorts = {
  HTTP_PORT: '0',
  HTTPS_PORT: '0',
  SMTP_PORT: '0',
  SUBMISSION_PORT: '0',
  SUBMISSIONS_PORT: '0',
  IMAP_PORT: '0',
  IMAPS_PORT: '0',
};

export async function createTestHubDatabase(): Promise<string> {
  const admin = new pg.Client({ connectionString: inject('clusterUrl') });
  await admin.connect();
  const name = `hub_${crypto.randomUUID().replaceAll('-', '')}`;
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(inject('clusterUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const databaseUrl = options.on?.databaseUrl ?? (await createTestHubDatabase());
  const dataDir = options.on?.dataDir ?? (await mkdtemp(join(tmpdir(), 'hub-test-')));
  const started = spawnHub({ databaseUrl, dataDir, options });
  const facts = await started.ready();
  return {
    url: `http://127.0.0.1:${facts.ports.http}`,
    https: `https://127.0.0.1:${facts.ports.https}`,
    databaseUrl,
    dataDir,
    pid: facts.pid,
    ports: facts.ports,
    output: started.output,
    stop: () => end(started.child, 'SIGTERM'),
    async kill() {
      await end(started.child, 'SIGKILL');
    },
    async remove() {
      await end(started.child, 'SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
      await dropDatabase(databaseUrl);
    },
  };
}

function spawnHub(input: { databaseUrl: string; dataDir: string; options: TestHubOptions }) {
  const { options } = input;
  const child = spawn(
    process.execPath,
    [mainFile, ...(options.roles === undefined ? [] : [`--roles=${options.roles}`])],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        ...freePorts,
        DATABASE_URL: input.databaseUrl,
        HUB_DATA: input.dataDir,
        HUB_SEED: options.seed ?? 'tiny',
        HUB_DEMO_PASSWORD: demoPassword,
        HUB_LOG_LEVEL: 'warn',
        // Nothing of a test leaves this machine, and no name server elsewhere is asked.
        HUB_OUTBOUND: 'rehearsal',
        HUB_DNS: '127.0.0.1:1',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    child,
    output: () => text,
    ready: () =>
      new Promise<{ pid: number; ports: TestHub['ports'] }>((resolve, reject) => {
        const look = () => {
          if (!text.includes('chidao is ready')) return;
          child.stdout.off('data', look);
          readFile(join(input.dataDir, 'hub.json'), 'utf8').then((json) => resolve(JSON.parse(json)), reject);
        };
        child.stdout.on('data', look);
        child.once('exit', (code) => reject(new Error(`the hub ended with ${code}: ${text}`)));
        look();
      }),
  };
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

const dropTriesMax = 50;
const dropAgainMs = 200;

async function dropDatabase(databaseUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('clusterUrl') });
  await admin.connect();
  for (let tries = 1; ; tries += 1) {
    try {
      await admin.query(`drop database if exists ${new URL(databaseUrl).pathname.slice(1)} with (force)`);
      break;
    } catch (error) {
      // PostgreSQL's own autovacuum is in it, which our role may not end: it is gone in a moment.
      if ((error as pg.DatabaseError).code !== '42501' || tries === dropTriesMax) throw error;
      await setTimeout(dropAgainMs);
    }
  }
  await admin.end();
}
