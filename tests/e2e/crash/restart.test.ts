import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '#support/eventually.ts';
import { signInTo } from '#support/hub-client.ts';
import { query } from '#support/open-embedded.ts';
import { leader, startTestHub, type TestHub } from '#support/start-test-hub.ts';

async function hubForTest(): Promise<TestHub> {
  const hub = await startTestHub();
  onTestFinished(() => hub.remove());
  return hub;
}

describe('a start after a crash', () => {
  it('F2 stamps what was committed and not stamped, and does what it owes, within 10 s', async () => {
    const hub = await hubForTest();
    await (await signInTo(hub, leader)).issue({});
    await hub.stop();
    // As a crash between commit and relay leaves it: the same directive's message not indexed, its event not stamped.
    const [last] = await query<{ message: string }>(
      hub.databaseUrl,
      `update message set indexed_at = null where id = (select max(id) from message) returning id::text as message`,
    );
    await query(
      hub.databaseUrl,
      `insert into outbox (type, at, rooms, payload)
       select type, now(), rooms, payload from outbox where type = 'directive.issued' order by id desc limit 1`,
    );
    const again = await startTestHub({ on: hub });
    await eventually(async () => {
      expect(await query(hub.databaseUrl, `select id from outbox where position is null`)).toEqual([]);
      expect(await query(hub.databaseUrl, `select id from message where indexed_at is null`)).toEqual([]);
    });
    expect(last?.message).toBeDefined();
    const [head] = await query<{ owed: string }>(
      hub.databaseUrl,
      `select position - dispatched as owed from log_head`,
    );
    expect(Number(head?.owed)).toBe(0);
    await again.stop();
  });

  it('F2 enqueues what was stamped and not dispatched, without waiting for another event', async () => {
    const hub = await hubForTest();
    await (await signInTo(hub, leader)).issue({});
    await hub.stop();
    await query(hub.databaseUrl, `update message set indexed_at = null`);
    // Without finished jobs of the same ids, which would fold the new ones away.
    await query(hub.databaseUrl, `delete from bullmq.job`).catch(() => undefined);
    await query(hub.databaseUrl, `update log_head set dispatched = 0`);
    const again = await startTestHub({ on: hub });
    await eventually(async () => {
      const [head] = await query<{ owed: string }>(
        hub.databaseUrl,
        `select position - dispatched as owed from log_head`,
      );
      expect(Number(head?.owed)).toBe(0);
    });
    await eventually(async () =>
      expect(await query(hub.databaseUrl, `select id from message where indexed_at is null`)).toEqual([]),
    );
    await again.stop();
  });
});
