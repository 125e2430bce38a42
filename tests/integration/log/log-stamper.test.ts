import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogStamper } from '#app/ports/log-stamper.ts';
import { createLogReads } from '#store/log/log-reads.ts';
import { connectLogStamper } from '#store/log/log-stamper.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { eventually } from '#support/eventually.ts';
import { heldWrite, logFaults, named, nameOf, write } from '#support/log-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let db: TestDatabase;
let stampers: LogStamper[] = [];

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 50 });
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.database.rows(`truncate outbox, log_audience restart identity`);
  await db.database.rows(`update log_head set position = 0, dispatched = 0`);
});
afterEach(async () => {
  await Promise.all(stampers.splice(0).map((stamper) => stamper.close().catch(() => undefined)));
});

async function stamper(onLost: () => void = () => undefined): Promise<LogStamper> {
  const connected = await connectLogStamper(db.url, onLost);
  stampers = [...stampers, connected];
  return connected;
}

async function names(after = 0): Promise<string[]> {
  return (await createLogReads(db.database).read(after, 10_000)).map(nameOf);
}

describe('connectLogStamper', () => {
  it('gives a position after all others to a transaction that began first and commits last', async () => {
    const relay = await stamper();
    const early = await heldWrite(db.database, 'began first');
    const late = await heldWrite(db.database, 'began second');
    await late.commit();
    expect(await relay.stamp(100)).toEqual({ stamped: 1, head: 1 });
    expect(await names()).toEqual(['began second']);
    expect(await relay.stamp(100)).toEqual({ stamped: 0, head: 0 });

    await early.commit();
    expect(await relay.stamp(100)).toEqual({ stamped: 1, head: 2 });
    expect(await names(1)).toEqual(['began first']);
    const ids = await db.database.rows<{ id: number; position: number }>(
      `select id, position from outbox order by id`,
    );
    expect(ids).toEqual([
      { id: 1, position: 2 },
      { id: 2, position: 1 },
    ]);
    expect(await logFaults(db.database)).toEqual([]);
  });

  it('leaves no hole for a transaction that rolls back', async () => {
    const relay = await stamper();
    await write(db.database, 'before');
    await expect(
      db.database.transaction(async (tx) => {
        await recordEvents(tx, [named('undone')], new Date());
        throw new Error('on purpose');
      }),
    ).rejects.toThrow('on purpose');
    await write(db.database, 'after');
    await relay.stamp(100);
    expect(await names()).toEqual(['before', 'after']);
    expect(await logFaults(db.database)).toEqual([]);
  });

  it('keeps cause before effect, whatever the size of its batches', async () => {
    const relay = await stamper();
    await db.database.rows(`insert into counter (name, year, value) values ('chain', 2016, 0)`);
    // Each transaction depends on the one before it through the lock on one row, and writes its event last.
    const chain = Array.from({ length: 60 }, () =>
      db.database.transaction(async (tx) => {
        const [row] = await tx.rows<{ value: number }>(
          `update counter set value = value + 1 where name = 'chain' returning value`,
        );
        await recordEvents(tx, [named(String(row?.value)), named(`${row?.value} again`)], new Date());
      }),
    );
    let written = false;
    const allWritten = Promise.all(chain).then(() => (written = true));
    while (!written) await relay.stamp(3);
    await allWritten;
    while ((await relay.stamp(7)).stamped > 0);
    expect(await names()).toEqual(
      Array.from({ length: 60 }, (_, index) => [String(index + 1), `${index + 1} again`]).flat(),
    );
    expect(await logFaults(db.database)).toEqual([]);
  });

  it('elects one at a time', async () => {
    const [first, second] = [await stamper(), await stamper()];
    expect(await first.elect()).toBe(true);
    expect(await second.elect()).toBe(false);
    await first.close();
    await eventually(async () => expect(await second.elect()).toBe(true));
  });

  it('gives no position twice and leaves no gap when two stamp at once', async () => {
    const [first, second] = [await stamper(), await stamper()];
    let writing = true;
    const writers = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; n < 40; n += 1) await write(db.database, `${writer}-${n}`, `${writer}-${n}-b`);
      }),
    ).finally(() => (writing = false));
    const stampAll = async (relay: LogStamper): Promise<void> => {
      while (writing || (await relay.stamp(5)).stamped > 0) await relay.stamp(5);
    };
    await Promise.all([writers, stampAll(first), stampAll(second)]);
    expect(await names()).toHaveLength(480);
    expect(await logFaults(db.database)).toEqual([]);
  });

  it('leaves everything to the next one when its connection is cut in the middle of stamping', async () => {
    let losses = 0;
    const first = await stamper(() => (losses += 1));
    const second = await stamper();
    expect(await first.elect()).toBe(true);
    await write(db.database, 'one', 'two', 'three');

    // The row of another holds the statement up when it has taken log_head's lock and part of its batch.
    const holder = new pg.Client({ connectionString: db.url });
    await holder.connect();
    await holder.query(`begin; select from outbox where id = 2 for update`);
    const cutShort = expect(first.stamp(100)).rejects.toThrow();
    const stuck = await eventually(async () => {
      const result = await holder.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and application_name = 'hub relay' and wait_event_type = 'Lock'`,
      );
      const [row] = result.rows;
      if (row === undefined) throw new Error('nobody waits');
      return row.pid;
    });
    const started = second.stamp(100);
    await holder.query('select pg_terminate_backend($1)', [stuck]);
    await cutShort;
    // The second now waits for the same row, and one connection answers its queries in order: let it pass first.
    await holder.query('commit');
    await holder.end();

    expect(await started).toEqual({ stamped: 3, head: 3 });
    await eventually(async () => expect(await second.elect()).toBe(true));
    expect(losses).toBeGreaterThan(0);
    await write(db.database, 'four');
    expect(await second.stamp(100)).toEqual({ stamped: 1, head: 4 });
    expect(await names()).toEqual(['one', 'two', 'three', 'four']);
    expect(await logFaults(db.database)).toEqual([]);
  });
});
