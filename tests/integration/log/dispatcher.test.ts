import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueDirective } from '#app/directive/issue-directive.ts';
import type { LogStamper } from '#app/ports/log-stamper.ts';
import { indexTexts } from '#mail/index-text.ts';
import { messageText } from '#mail/message/message-text.ts';
import { startDispatcher, type Dispatcher } from '#queue/dispatcher.ts';
import type { Job } from '#queue/jobs.ts';
import { migrateQueues, openQueues } from '#queue/queues.ts';
import { createDispatched } from '#store/log/dispatched.ts';
import { connectLogStamper } from '#store/log/log-stamper.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { eventually } from '#support/eventually.ts';
import { leader } from '#support/start-test-hub.ts';

let demo: DemoFixture;
let relay: LogStamper;
let dispatcher: Dispatcher | undefined;

beforeAll(async () => {
  demo = await createDemoFixture();
  relay = await connectLogStamper(demo.url, () => undefined);
  const client = new pg.Client({ connectionString: demo.url });
  await client.connect();
  await migrateQueues(client);
  await client.end();
});
afterAll(async () => {
  await relay.close();
  await demo.drop();
});
beforeEach(async () => {
  await demo.database.rows(`truncate outbox, log_audience restart identity`);
  await demo.database.rows(`update log_head set position = 0, dispatched = 0`);
});
afterEach(() => dispatcher?.close());

async function issueAndStamp(count: number): Promise<void> {
  const actor = await demo.actor(leader);
  for (let n = 0; n < count; n += 1)
    await issueDirective(
      demo.ports,
      draft(actor, [{ role: 'info', kind: 'person', id: demo.personId(leader) }]),
    );
  await relay.stamp(1000);
}

interface Recorded {
  readonly id: string;
  readonly job: Job;
}

function start(add: (id: string, job: Job) => Promise<void>, isElected = () => true) {
  const dispatched = createDispatched(demo.database);
  const faults: unknown[] = [];
  dispatcher = startDispatcher({
    log: demo.ports.store.log,
    dispatched: dispatched.read,
    saveDispatched: dispatched.save,
    queues: { add },
    isElected,
    onFault: (error) => faults.push(error),
    retryMs: 30,
    paceMs: 5,
  });
  return { dispatcher, faults, position: dispatched.read };
}

describe('startDispatcher', () => {
  it('F2 enqueues what an earlier process left stamped and not dispatched', async () => {
    await issueAndStamp(3);
    const taken: Recorded[] = [];
    const { dispatcher, position } = start(async (id, job) => void taken.push({ id, job }));
    dispatcher.wake();
    await eventually(async () => expect(await position()).toBe(3));
    // What is to be indexed is one job, and so is what search has to follow.
    expect(taken.map(({ id }) => id)).toEqual(['1-index-messages', '3-index-search']);
    expect(taken[0]?.job.input).toHaveProperty('messageIds.length', 3);
  });

  it('F7 keeps its position while the queue takes nothing, and enqueues everything later', async () => {
    await issueAndStamp(4);
    const taken: Recorded[] = [];
    let refusals = 0;
    let down = true;
    const { dispatcher, faults, position } = start(async (id, job) => {
      if (down) {
        refusals += 1;
        throw new Error('the queue is away');
      }
      taken.push({ id, job });
    });
    dispatcher.wake();
    await eventually(() => expect(refusals).toBeGreaterThan(2));
    expect(await position()).toBe(0);
    down = false;
    await eventually(async () => expect(await position()).toBe(4));
    expect(faults.length).toBe(refusals);
    // The batch is offered again whole, under the same ids.
    expect(taken.map(({ id }) => id)).toEqual(['1-index-messages', '4-index-search']);
    expect(taken[0]?.job.input).toHaveProperty('messageIds.length', 4);
  });

  it('leaves the work to the process that is elected', async () => {
    await issueAndStamp(1);
    const taken: string[] = [];
    let elected = false;
    const { dispatcher, position } = start(
      async (id) => void taken.push(id),
      () => elected,
    );
    dispatcher.wake();
    await dispatcher.close();
    expect(taken).toEqual([]);
    expect(await position()).toBe(0);
    elected = true;
    start(async (id) => void taken.push(id)).dispatcher.wake();
    await eventually(() => expect(taken).toEqual(['1-index-messages', '1-index-search']));
  });

  it('never takes the kept position back', async () => {
    const dispatched = createDispatched(demo.database);
    await dispatched.save(7);
    await dispatched.save(3);
    expect(await dispatched.read()).toBe(7);
  });

  it('F2 adds no second effect when the same entries are dispatched again', async () => {
    await demo.database.rows(`update message set indexed_at = now()`);
    await issueAndStamp(2);
    const queues = await openQueues({ databaseUrl: demo.url, onFault: () => undefined });
    const index = createMessageIndex(demo.database);
    const textOf = (bytes: Uint8Array) => Promise.resolve(messageText(bytes));
    const indexing = { index, textOf, quiet: () => Promise.resolve(), clock: demo.ports.clock };
    const runs: string[] = [];
    queues.work({
      'index-messages': async ({ messageIds }) => {
        runs.push(...messageIds);
        await indexTexts(indexing, messageIds);
      },
      'act-on-reply': () => Promise.resolve(),
      'act-on-outside-reply': () => Promise.resolve(),
      'index-search': () => Promise.resolve(),
      'answer-absence': () => Promise.resolve(),
      'send-domain': () => Promise.resolve(),
    });
    try {
      const unindexed = `select id from message where indexed_at is null`;
      start(queues.add).dispatcher.wake();
      await eventually(async () => expect(await demo.database.rows(unindexed)).toEqual([]), {
        withinMs: 20_000,
      });
      const before = await demo.database.rows(`select id, indexed_at from message order by id`);
      expect(runs).toHaveLength(2);

      await dispatcher?.close();
      await demo.database.rows(`update log_head set dispatched = 0`);
      const { dispatcher: again, position } = start(queues.add);
      again.wake();
      await eventually(async () => expect(await position()).toBe(2));
      // A job that was lost with its id runs its handler again: the message's own marker makes that harmless.
      await indexTexts(indexing, runs.splice(0));
      expect(await demo.database.rows(`select id, indexed_at from message order by id`)).toEqual(before);
      expect(runs).toEqual([]);
    } finally {
      await queues.close();
    }
  });
});
