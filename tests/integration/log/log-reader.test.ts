import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLogReader, type LogReader } from '#app/log/log-reader.ts';
import type { LogStamper } from '#app/ports/log-stamper.ts';
import { createLogReads } from '#store/log/log-reads.ts';
import { connectLogStamper } from '#store/log/log-stamper.ts';
import { heldWrite, nameOf, write } from '#support/log-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let db: TestDatabase;
let relay: LogStamper;
let reader: LogReader | undefined;

beforeAll(async () => {
  db = await createTestDatabase({ connectionsMax: 20 });
  relay = await connectLogStamper(db.url, () => undefined);
});
afterAll(async () => {
  await relay.close();
  await db.drop();
});
beforeEach(async () => {
  await db.database.rows(`truncate outbox, log_audience restart identity`);
  await db.database.rows(`update log_head set position = 0`);
});
afterEach(() => reader?.close());

/** What a subscriber is given, as positions and names. */
async function follow(options: { pollMs: number; read?: ReturnType<typeof createLogReads>['read'] }) {
  const faults: unknown[] = [];
  const log = createLogReads(db.database);
  const started = await startLogReader(
    { ...log, ...(options.read === undefined ? {} : { read: options.read }) },
    { pollMs: options.pollMs, onFault: (error) => faults.push(error) },
  );
  reader = started;
  const heard: { position: number; name: string }[] = [];
  started.subscribe((entries) =>
    heard.push(...entries.map((entry) => ({ position: entry.position, name: nameOf(entry) }))),
  );
  return { reader: started, heard, faults };
}

const never = 3_600_000;

describe('startLogReader', () => {
  it('starts at the head and never skips a transaction that commits late', async () => {
    await write(db.database, 'past');
    await relay.stamp(100);
    const { reader, heard } = await follow({ pollMs: never });
    const first = await heldWrite(db.database, 'began first');
    const second = await heldWrite(db.database, 'began second');
    await second.commit();
    await relay.stamp(100);
    reader.wake();
    await reader.caughtUp(2);
    await first.commit();
    await relay.stamp(100);
    reader.wake();
    await reader.caughtUp(3);
    expect(heard).toEqual([
      { position: 2, name: 'began second' },
      { position: 3, name: 'began first' },
    ]);
  });

  it('reads on by its poll when every wake-up is lost', async () => {
    const { reader, heard } = await follow({ pollMs: 20 });
    await write(db.database, 'a', 'b');
    await relay.stamp(100);
    await reader.caughtUp(2);
    await write(db.database, 'c');
    await relay.stamp(100);
    await reader.caughtUp(3);
    expect(heard.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps order and gives nothing twice while many write and wake', async () => {
    const { reader, heard } = await follow({ pollMs: 30 });
    const writers = Array.from({ length: 5 }, async (_, writer) => {
      for (let n = 0; n < 60; n += 1) {
        await write(db.database, `${writer}-${n}`, `${writer}-${n}b`, `${writer}-${n}c`);
        reader.wake();
      }
    });
    let writing = true;
    const written = Promise.all(writers).finally(() => (writing = false));
    while (writing || (await relay.stamp(2)).stamped > 0) {
      await relay.stamp(2);
      reader.wake();
    }
    await written;
    await reader.caughtUp(900);
    expect(heard.map(({ position }) => position)).toEqual(
      Array.from({ length: 900 }, (_, index) => index + 1),
    );
  });

  it('lets the other subscribers hear when one throws', async () => {
    const { reader, faults } = await follow({ pollMs: never });
    const broken = new Error('one door is broken');
    reader.subscribe(() => {
      throw broken;
    });
    const others: string[] = [];
    const stop = reader.subscribe((entries) => others.push(...entries.map(nameOf)));
    await write(db.database, 'a');
    await relay.stamp(100);
    reader.wake();
    await reader.caughtUp(1);
    expect(others).toEqual(['a']);
    expect(faults).toEqual([broken]);
    stop();
    await write(db.database, 'b');
    await relay.stamp(100);
    reader.wake();
    await reader.caughtUp(2);
    expect(others).toEqual(['a']);
  });

  it('tries again after a read that failed, from where it was', async () => {
    const log = createLogReads(db.database);
    let failures = 2;
    const { reader, heard, faults } = await follow({
      pollMs: never,
      read: (after, limit) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('the database is away')) : log.read(after, limit);
      },
    });
    await write(db.database, 'a', 'b');
    await relay.stamp(100);
    reader.wake();
    await reader.caughtUp(2);
    expect(heard.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(faults).toHaveLength(2);
  });
});
