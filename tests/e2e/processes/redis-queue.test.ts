import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { runHub } from '#support/hub-process.ts';
import { query } from '#support/open-embedded.ts';
import { startRedis } from '#support/redis-server.ts';
import { createTestHubDatabase, leader, startTestHub, type TestHub } from '#support/start-test-hub.ts';
import { tempFolder } from '#support/temp-folder.ts';

async function hubOn(options: Parameters<typeof startTestHub>[0]): Promise<TestHub> {
  const hub = await startTestHub(options);
  onTestFinished(() => hub.remove());
  return hub;
}

const unindexed = (url: string) =>
  query<{ id: string }>(url, `select id::text from message where indexed_at is null`);

describe('REDIS_URL', () => {
  it('F7 jobs run through Redis, which holds ids and no content', async () => {
    const redis = await startRedis();
    const hub = await hubOn({ env: { REDIS_URL: redis.url } });
    const client = await signInTo(hub, leader);
    expect((await client.issue({ subject: 'Không để trong hàng đợi' })).status).toBe(201);
    await eventually(async () => expect(await unindexed(hub.databaseUrl)).toEqual([]));
    const jobs = await redis.hashes('bull:delivery:*-index-messages');
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.map((job) => Object.keys(JSON.parse(job['data'] ?? '') as object))).toEqual(
      jobs.map(() => ['messageIds']),
    );
    expect(
      await query(
        hub.databaseUrl,
        `select 1 from pg_stat_activity where datname = current_database() and query ilike '%bullmq%' and pid <> pg_backend_pid()`,
      ),
    ).toEqual([]);
    expect(await hub.stop()).toBe(0);
  });

  it('F7 a flush loses nothing: what is owed is done all the same', async () => {
    const redis = await startRedis();
    // Without a worker, so that the jobs are still waiting when they are flushed.
    const doors = await hubOn({ env: { REDIS_URL: redis.url }, roles: 'http,realtime' });
    const client = await signInTo(doors, leader);
    expect((await client.issue({})).status).toBe(201);
    await eventually(async () => {
      const [head] = await query<{ owed: string }>(
        doors.databaseUrl,
        `select position - dispatched as owed from log_head`,
      );
      expect(Number(head?.owed)).toBe(0);
    });
    expect(await unindexed(doors.databaseUrl)).not.toEqual([]);
    await redis.flushAll();
    // A job gets a minute before it counts as lost; the minute is moved, not waited for.
    await query(doors.databaseUrl, `update message set received_at = received_at - interval '5 minutes'`);
    await doors.stop();
    const worker = await startTestHub({ on: doors, env: { REDIS_URL: redis.url } });
    await eventually(async () => expect(await unindexed(doors.databaseUrl)).toEqual([]));
    expect(await worker.stop()).toBe(0);
  });

  it('F7 while it is down a directive is issued as quickly, and the jobs come when it is back', async () => {
    const redis = await startRedis();
    const hub = await hubOn({ env: { REDIS_URL: redis.url } });
    const client = await signInTo(hub, leader);
    await eventually(async () => expect(await unindexed(hub.databaseUrl)).toEqual([]));
    await redis.stop();
    for (let n = 0; n < 20; n += 1) {
      const askedAtMs = performance.now();
      expect((await client.issue({ subject: `Khi hàng đợi hỏng ${n}` })).status).toBe(201);
      expect(performance.now() - askedAtMs).toBeLessThan(3000);
    }
    expect(await unindexed(hub.databaseUrl)).toHaveLength(20);
    await redis.start();
    await eventually(async () => expect(await unindexed(hub.databaseUrl)).toEqual([]), { withinMs: 60_000 });
    expect(await hub.stop()).toBe(0);
  });

  it('F7 stops in time while Redis is down', async () => {
    const redis = await startRedis();
    const hub = await hubOn({ env: { REDIS_URL: redis.url }, seed: 'none' });
    await redis.stop();
    const askedAtMs = performance.now();
    expect(await hub.stop()).toBe(0);
    expect(performance.now() - askedAtMs).toBeLessThan(20_000);
  });

  it('refuses a Redis that evicts, and one that does not answer, in one line', async () => {
    const redis = await startRedis('allkeys-lru');
    const env = { DATABASE_URL: await createTestHubDatabase(), HUB_SEED: 'none' };
    const evicting = runHub(await tempFolder(), { ...env, REDIS_URL: redis.url });
    expect(await evicting.exited).toBe(1);
    expect(evicting.output()).toMatch(
      /^chidao cannot start: REDIS_URL: maxmemory-policy is allkeys-lru.*noeviction\.\n$/,
    );
    await redis.stop();
    const absent = runHub(await tempFolder(), { ...env, REDIS_URL: redis.url });
    expect(await absent.exited).toBe(1);
    expect(absent.output()).toMatch(/^chidao cannot start: REDIS_URL: no answer from 127\.0\.0\.1:\d+.*\n$/);
  });
});
