import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLogReader } from '#app/log/log-reader.ts';
import { listenToLog, type LogListener } from '#store/log/log-listener.ts';
import { createLogReads } from '#store/log/log-reads.ts';
import { connectLogStamper, notifyOutbox } from '#store/log/log-stamper.ts';
import { eventually } from '#support/eventually.ts';
import { cut, nameOf, write } from '#support/log-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let db: TestDatabase;
let listener: LogListener | undefined;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
afterEach(() => listener?.close());

function counts() {
  return { log: 0, outbox: 0, connected: 0, lost: 0 };
}

describe('listenToLog', () => {
  it('tells the two notices apart', async () => {
    const heard = counts();
    listener = listenToLog(db.url, {
      log: () => (heard.log += 1),
      outbox: () => (heard.outbox += 1),
      connected: () => (heard.connected += 1),
      lost: () => (heard.lost += 1),
    });
    await eventually(() => expect(heard.connected).toBe(1));
    const relay = await connectLogStamper(db.url, () => undefined);
    await write(db.database, 'a', 'b');
    await relay.stamp(100);
    await eventually(() => expect(heard).toEqual({ log: 1, outbox: 0, connected: 1, lost: 0 }));
    notifyOutbox(db.database, () => undefined)();
    await eventually(() => expect(heard).toEqual({ log: 1, outbox: 1, connected: 1, lost: 0 }));
    await relay.close();
  });

  it('connects again after its connection was cut, and what was written meanwhile is read', async () => {
    const heard = counts();
    const reader = await startLogReader(createLogReads(db.database), {
      pollMs: 3_600_000,
      onFault: () => undefined,
    });
    const names: string[] = [];
    reader.subscribe((entries) => names.push(...entries.map(nameOf)));
    listener = listenToLog(db.url, {
      log: reader.wake,
      outbox: () => undefined,
      connected: () => {
        heard.connected += 1;
        reader.wake();
      },
      lost: () => (heard.lost += 1),
    });
    const relay = await connectLogStamper(db.url, () => undefined);
    await eventually(() => expect(heard.connected).toBe(1));
    for (let round = 1; round <= 5; round += 1) {
      expect(await cut(db.url, 'hub listener')).toBe(1);
      await write(db.database, `unheard ${round}`);
      await relay.stamp(100);
      await eventually(() => expect(heard.connected).toBe(round + 1));
      await eventually(() => expect(names.at(-1)).toBe(`unheard ${round}`));
      await write(db.database, `heard ${round}`);
      await relay.stamp(100);
      await eventually(() => expect(names.at(-1)).toBe(`heard ${round}`));
    }
    expect(names).toEqual([1, 2, 3, 4, 5].flatMap((round) => [`unheard ${round}`, `heard ${round}`]));
    expect(heard.lost).toBe(5);
    await relay.close();
    await reader.close();
  });

  it('stays closed', async () => {
    const heard = counts();
    const closing = listenToLog(db.url, {
      log: () => undefined,
      outbox: () => undefined,
      connected: () => (heard.connected += 1),
      lost: () => (heard.lost += 1),
    });
    await eventually(() => expect(heard.connected).toBe(1));
    await closing.close();
    expect(await cut(db.url, 'hub listener')).toBe(0);
    expect(heard.lost).toBe(0);
  });
});
