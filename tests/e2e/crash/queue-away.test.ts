import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDnsServer } from '#support/dns-server.ts';
import { eventually } from '#support/eventually.ts';
import { type HubClient, signInTo } from '#support/hub-client.ts';
import { query } from '#support/open-embedded.ts';
import { readMailbox } from '#support/read-inbox.ts';
import { startRedis } from '#support/redis-server.ts';
import { type ScriptedMx, startScriptedMx } from '#support/scripted-mx.ts';
import { sendBy, submitTo } from '#support/send-mail.ts';
import { official, startTestHub, type TestHub } from '#support/start-test-hub.ts';

/** Of the queue; `npm run chaos` has it away for a minute. */
const outageMs = Number(process.env['OUTAGE_SECONDS'] ?? 4) * 1000;
const letters = 20;
const domains = ['so.outside.example', 'bo.outside.example'] as const;
const answeredWithinMs = 5_000;

interface Outside {
  readonly hub: TestHub;
  readonly client: HubClient;
  readonly mx: ScriptedMx;
}

/** A hub whose other domains all end at one mail server, which counts. */
async function hubWithOutside(env: Readonly<Record<string, string>>): Promise<Outside> {
  const mx = await startScriptedMx();
  mx.behave('slow-replies');
  onTestFinished(() => mx.close());
  const dns = await startDnsServer({
    ...Object.fromEntries(domains.map((domain) => [domain, { MX: [[10, 'mx.outside.example'] as const] }])),
    'mx.outside.example': { A: ['127.0.0.1'] },
  });
  onTestFinished(() => dns.close());
  const hub = await startTestHub({
    env: {
      HUB_OUTBOUND: 'direct',
      HUB_OUTBOUND_PORT: String(mx.port),
      HUB_DNS: dns.server,
      ...env,
    },
  });
  onTestFinished(() => hub.remove());
  return { hub, client: await signInTo(hub, official), mx };
}

const subjectOf = (letter: number) => `Qua luc hong ${letter}.`;
const addressesOf = (letter: number) => domains.map((domain) => `nhan-${letter}@${domain}`);

/** Sends mail both ways, evenly over the outage and a last burst at its end, while HTTP is asked all the time. */
async function workThroughOutage({ hub, client }: Outside): Promise<void> {
  const burst = 5;
  const began = performance.now();
  let sent = 0;
  while (sent < letters) {
    const passed = (performance.now() - began) / outageMs;
    if (passed >= 1 || passed * (letters - burst) > sent) {
      await submitTo(hub, { from: official, to: addressesOf(sent), subject: subjectOf(sent) });
      if (sent % burst === 0)
        await sendBy(hub.ports.smtp, {
          from: `lien.he@${domains[0]}`,
          to: [official],
          subject: `Den ${subjectOf(sent)}`,
        });
      sent += 1;
    }
    const askedAtMs = performance.now();
    expect((await client.request('GET', '/api/v1/outbound')).status).toBe(200);
    expect(performance.now() - askedAtMs).toBeLessThan(answeredWithinMs);
    await pause(25);
  }
  expect(performance.now() - began).toBeGreaterThanOrEqual(outageMs);
}

/** Every recipient has come to its end at the first attempt, the log is dispatched, and nothing was sent twice. */
async function expectSentOnce({ hub, mx }: Outside): Promise<void> {
  await eventually(
    async () => {
      const states = await query(
        hub.databaseUrl,
        `select state, attempts, count(*)::int as count from outbound_delivery group by state, attempts`,
      );
      expect(states).toEqual([{ state: 'delivered', attempts: 1, count: letters * domains.length }]);
      const [head] = await query<{ owed: string }>(
        hub.databaseUrl,
        `select position - dispatched as owed from log_head`,
      );
      expect(Number(head?.owed)).toBe(0);
    },
    { withinMs: 90_000 },
  );
  const taken = mx.messages.flatMap(({ recipients, octets }) => {
    const subject = /^Subject: (.*)\r$/mu.exec(octets.toString('latin1'))?.[1];
    return recipients.map((recipient) => `${subject} ${recipient}`);
  });
  const owed = Array.from({ length: letters }, (_, letter) =>
    addressesOf(letter).map((address) => `${subjectOf(letter)} <${address}>`),
  );
  expect(taken.toSorted()).toEqual(owed.flat().toSorted());
  const arrived = (await readMailbox(hub, official)).map(
    ({ source }) => /^Subject: (Den .*)\r$/mu.exec(source)?.[1],
  );
  expect(arrived.filter((subject) => subject !== undefined).toSorted()).toEqual(
    [0, 5, 10, 15].map((letter) => `Den ${subjectOf(letter)}`).toSorted(),
  );
}

/** The queue works again: what is sent now goes by a job, at once. */
async function expectQuickAgain(outside: Outside, jobsOf: () => Promise<number>): Promise<void> {
  const jobs = await jobsOf();
  await submitTo(outside.hub, { from: official, to: [`sau@${domains[0]}`], subject: 'Sau khi hong' });
  await eventually(async () => expect(await jobsOf()).toBeGreaterThan(jobs), { withinMs: 30_000 });
  await eventually(
    () =>
      expect(
        outside.mx.messages.filter(({ recipients }) => recipients.includes(`<sau@${domains[0]}>`)),
      ).toHaveLength(1),
    { withinMs: 30_000 },
  );
}

describe('the queue goes away while mail goes out', () => {
  const timeout = 180_000 + 2 * outageMs;

  it(
    'F7 Redis: takes mail both ways, answers HTTP, and sends all that is owed once after a flush',
    { timeout },
    async () => {
      const redis = await startRedis();
      const outside = await hubWithOutside({ REDIS_URL: redis.url });
      await redis.stop();
      await workThroughOutage(outside);
      await redis.start();
      await redis.flushAll();
      await expectSentOnce(outside);
      await expectQuickAgain(
        outside,
        async () => (await redis.hashes('bull:outbound:*-send-domain*')).length,
      );
      expect(await outside.hub.stop()).toBe(0);
    },
  );

  it(
    'F7 PostgreSQL: the same when its tables of the queue are gone, and come back empty',
    { timeout },
    async () => {
      const outside = await hubWithOutside({});
      const { databaseUrl } = outside.hub;
      await query(databaseUrl, 'alter schema bullmq rename to bullmq_away');
      await workThroughOutage(outside);
      const tables = await query<{ name: string }>(
        databaseUrl,
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = 'bullmq_away' and tablename not in ('migration', 'meta')`,
      );
      expect(tables.length).toBeGreaterThan(3);
      await query(databaseUrl, `truncate ${tables.map(({ name }) => name).join(', ')}`);
      await query(databaseUrl, 'alter schema bullmq_away rename to bullmq');
      await expectSentOnce(outside);
      await expectQuickAgain(outside, async () => {
        const [row] = await query<{ jobs: number }>(
          databaseUrl,
          'select count(*)::int as jobs from bullmq.job',
        );
        return row?.jobs ?? 0;
      });
      expect(await outside.hub.stop()).toBe(0);
    },
  );
});
