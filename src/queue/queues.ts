import { createPostgresBackend, Queue, runMigrations, Worker, type Job as BullJob } from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { StartRefusal } from '#lib/start-refusal.ts';
import { queueNames, type Job, type JobInputs, type JobName, type QueueName } from './jobs.ts';

const schema = 'bullmq';
/** Of each queue and worker to PostgreSQL; a shared pool starves the blocking ones without an error. */
const connectionsPerQueue = 2;
/** No caller ever waits longer for a queue that does not answer (threats §1). */
const addWithinMs = 3000;
/** A worker on a Redis that is down would never say that it has closed; an unfinished job is done by another. */
const closeWithinMs = 8000;
const jobKeptSeconds = 86_400;
const failedJobKeptSeconds = 14 * 86_400;
const attempts = 8;
/** Jobs at once in a process. Those of `outbound` mostly wait for other servers, and a slow one must not hold up the rest. */
const concurrency: Readonly<Record<QueueName, number>> = { delivery: 4, outbound: 32 };

export type JobHandlers = { readonly [Name in JobName]: (input: JobInputs[Name]) => Promise<void> };

export interface Queues {
  /** Rejects when the queue does not take it in time; the log still owes it. */
  add(id: string, job: Job): Promise<void>;
  /** Starts workers; a handler that rejects is tried again with growing delay. */
  work(handlers: JobHandlers): void;
  /** Jobs by state, for the metrics. */
  counts(): Promise<Readonly<Record<QueueName, Readonly<Record<string, number>>>>>;
  close(): Promise<void>;
}

/** BullMQ's own tables, after ours and under the same lock. */
export async function migrateQueues(client: pg.Client): Promise<void> {
  await runMigrations(client, schema);
}

export interface QueueOptions {
  readonly databaseUrl: string;
  /** Unset: the queue lives in PostgreSQL. */
  readonly redisUrl?: string | undefined;
  readonly onFault: (error: unknown) => void;
}

export async function openQueues(options: QueueOptions): Promise<Queues> {
  if (options.redisUrl !== undefined) await refuseEviction(options.redisUrl);
  const workers: Worker[] = [];
  const connections: Redis[] = [];
  const redis: ConnectRedis = (url, blocking) => {
    const connection = redisConnection(url, blocking);
    connections.push(connection);
    return connection;
  };
  const queues = new Map<QueueName, Queue>(queueNames.map((name) => [name, openQueue(name, options, redis)]));
  for (const queue of queues.values()) queue.on('error', options.onFault);

  return {
    async add(id, job) {
      const queue = queues.get(job.queue);
      if (queue === undefined) throw new Error(`there is no queue ${job.queue}`);
      await within(
        addWithinMs,
        queue.add(job.name, job.input, {
          jobId: id,
          attempts,
          backoff: { type: 'exponential', delay: 1000 },
          removeOnComplete: { age: jobKeptSeconds },
          removeOnFail: { age: failedJobKeptSeconds },
        }),
      );
    },
    work(handlers) {
      for (const name of queueNames) {
        const worker = openWorker(name, options, redis, (job) => {
          // The table of jobs gave the name its input; a queue keeps only JSON.
          const handle = handlers[job.name as JobName] as (input: unknown) => Promise<void>;
          return handle(job.data);
        });
        worker.on('error', options.onFault);
        worker.on('failed', (_job, error) => options.onFault(error));
        workers.push(worker);
      }
    },
    async counts() {
      const entries = await Promise.all(
        [...queues].map(
          async ([name, queue]) => [name, await within(addWithinMs, queue.getJobCounts())] as const,
        ),
      );
      return Object.fromEntries(entries) as Record<QueueName, Record<string, number>>;
    },
    async close() {
      try {
        await within(closeWithinMs, Promise.all(workers.map((worker) => worker.close())));
        await within(closeWithinMs, Promise.all([...queues.values()].map((queue) => queue.close())));
      } finally {
        // BullMQ leaves connections that it was given open.
        for (const connection of connections) connection.disconnect();
      }
    },
  };
}

function postgresConnection(options: QueueOptions) {
  return { connectionString: options.databaseUrl, max: connectionsPerQueue, schema };
}

/** Finite retries: with none, `add` on a Redis that is down would wait without an error. */
function redisConnection(url: string, blocking: boolean): Redis {
  return new Redis(url, { maxRetriesPerRequest: blocking ? null : 1, enableOfflineQueue: blocking });
}

type ConnectRedis = (url: string, blocking: boolean) => Redis;

function openQueue(name: QueueName, options: QueueOptions, redis: ConnectRedis): Queue {
  if (options.redisUrl !== undefined) return new Queue(name, { connection: redis(options.redisUrl, false) });
  return new Queue(
    name,
    { connection: postgresConnection(options) },
    createPostgresBackend,
  ) as unknown as Queue;
}

function openWorker(
  name: QueueName,
  options: QueueOptions,
  redis: ConnectRedis,
  handle: (job: BullJob) => Promise<void>,
): Worker {
  const settings = { concurrency: concurrency[name], lockDuration: 60_000 };
  if (options.redisUrl !== undefined)
    return new Worker(name, handle, { ...settings, connection: redis(options.redisUrl, true) });
  return new Worker(
    name,
    handle,
    { ...settings, connection: postgresConnection(options) },
    createPostgresBackend,
  ) as unknown as Worker;
}

/** A Redis that evicts keys would lose jobs without a word (threats §1). */
async function refuseEviction(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null, lazyConnect: true });
  // The failure is reported by the commands below; the event must have a listener all the same.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const memory = await redis.info('memory');
    const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1];
    if (policy !== 'noeviction')
      throw new StartRefusal(`REDIS_URL: maxmemory-policy is ${policy ?? 'unknown'}; set it to noeviction.`);
  } catch (error) {
    if (error instanceof StartRefusal) throw error;
    const { host } = new URL(url);
    throw new StartRefusal(
      `REDIS_URL: no answer from ${host}. Start Redis or Valkey there, or unset REDIS_URL.`,
    );
  } finally {
    redis.disconnect();
  }
}

async function within<Result>(limitMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the queue gave no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
