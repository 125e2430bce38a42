import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { tempFolder } from './temp-folder.ts';

export interface RedisServer {
  readonly url: string;
  flushAll(): Promise<void>;
  /** The hashes whose keys fit. */
  hashes(pattern: string): Promise<Record<string, string>[]>;
  /** SIGKILL; nothing was on disk. */
  stop(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
}

/** A redis-server of the test's own that keeps nothing on disk and ends with the test. */
export async function startRedis(policy = 'noeviction'): Promise<RedisServer> {
  const port = await freePort();
  const dir = await tempFolder();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = {
      port: String(port),
      bind: '127.0.0.1',
      dir,
      save: '',
      appendonly: 'no',
      'maxmemory-policy': policy,
    };
    child = spawn(
      'redis-server',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      {
        stdio: 'ignore',
      },
    );
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    await Promise.race([failed, eventually(() => withClient((client) => client.ping()))]);
  }
  async function stop(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  async function withClient<Result>(work: (client: Redis) => Promise<Result>): Promise<Result> {
    const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  onTestFinished(stop);
  await start();
  return {
    url,
    start,
    stop,
    flushAll: () => withClient(async (client) => void (await client.flushall())),
    hashes: (pattern) =>
      withClient(async (client) =>
        Promise.all((await hashKeys(client, pattern)).map((key) => client.hgetall(key))),
      ),
  };
}

/** A job that is being worked on has a lock beside it, which is no hash. */
async function hashKeys(client: Redis, pattern: string): Promise<readonly string[]> {
  const keys = await client.keys(pattern);
  const types = await Promise.all(keys.map((key) => client.type(key)));
  return keys.filter((_key, place) => types[place] === 'hash');
}
