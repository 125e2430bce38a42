import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#domain/clock.ts';
import { indexTexts, type IndexTextPorts } from '#mail/index-text.ts';
import { messageText } from '#mail/message/message-text.ts';
import { createParsePool, type ParsePool } from '#mail/message/parse-pool.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { storeMessage } from '#store/mail/store-message.ts';
import { preparedMessage } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let pool: ParsePool | undefined;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterEach(async () => {
  await pool?.close();
  await test.database.rows('delete from message');
});
afterAll(() => test.drop());

const poison = new URL('../../support/poison-worker.ts', import.meta.url);

function store(bytes: Buffer, known: { subject: string }): Promise<string> {
  return test.database.transaction((tx) =>
    storeMessage(
      tx,
      {
        ...preparedMessage('x'),
        ...known,
        bytes,
        receivedSha256: createHash('sha256').update(bytes).digest(),
      },
      systemClock.now(),
    ),
  );
}

async function find(words: string): Promise<readonly string[]> {
  const rows = await test.database.rows<{ id: number }>(
    'select id from message where strpos(search_text, lower($1)) > 0 and indexed_at is not null order by id',
    [words],
  );
  return rows.map(({ id }) => String(id));
}

function ports(textOf: IndexTextPorts['textOf']): IndexTextPorts {
  return {
    index: createMessageIndex(test.database),
    textOf,
    quiet: () => Promise.resolve(),
    clock: systemClock,
  };
}

/** Jobs side by side, as a queue runs them. */
async function inParallel<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

describe('indexTexts', () => {
  it('M5 finds the text below 100,000 tags, which a thread of its own has read', async () => {
    pool = createParsePool({ size: 1, deadlineMs: 30_000, inlineBytesMax: 0 });
    const reader = pool;
    const html = `Content-Type: text/html; charset=utf-8\r\n\r\n${'<b><i><u><p>'.repeat(25_000)}Trưng tập phương tiện`;
    const id = await store(Buffer.from(html), { subject: 'thu' });
    await indexTexts(
      ports((bytes) => reader.text(bytes)),
      [id],
    );
    expect(await find('trưng tập')).toEqual([id]);
    expect(pool.restarts).toBe(0);
  });

  it('M5 keeps what is known of a message that is not read within its deadline, and tries it no more', async () => {
    pool = createParsePool({ size: 1, deadlineMs: 200, waitMs: 60_000, inlineBytesMax: 0, program: poison });
    const reader = pool;
    const index = createMessageIndex(test.database);
    const id = await store(Buffer.from('Hang: a\r\n\r\nx'), { subject: 'Mưa lũ' });
    let turns = 0;
    let done = false;
    const work = indexTexts(
      ports((bytes) => reader.text(bytes)),
      [id],
    ).then(() => (done = true));
    // This thread goes on with its own work all the while.
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    await work;
    expect(turns).toBeGreaterThan(10);
    expect(await find('mưa lũ')).toEqual([id]);
    expect(await index.owed(new Date(Date.now() + 60_000), 10)).toEqual([]);
    expect(pool.restarts).toBe(1);
  });

  it('reads many messages in few statements, and leaves those out that are indexed', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 150; n += 1)
      ids.push(await store(Buffer.from(`Subject: so ${n}\r\n\r\nthu ${n}.`), { subject: 'x' }));
    const read: number[] = [];
    const textOf = (bytes: Uint8Array) => {
      read.push(bytes.length);
      return Promise.resolve(messageText(bytes));
    };
    let turns = 0;
    const quiet = () => {
      turns += 1;
      return Promise.resolve();
    };
    await indexTexts({ ...ports(textOf), quiet }, ids);
    expect(await find('thu 149.')).toEqual(ids.slice(149));
    expect(read).toHaveLength(150);
    // 64 messages a turn, and one turn that finds nothing only when there is something left to ask for.
    expect(turns).toBe(3);
    await indexTexts(ports(textOf), ids);
    expect(read).toHaveLength(150);
  });

  it('leaves a message that had no turn for the next time', async () => {
    pool = createParsePool({ size: 1, inlineBytesMax: 0 });
    const reader = pool;
    const index = createMessageIndex(test.database);
    const id = await store(Buffer.from('Subject: a\r\n\r\nb'), { subject: 'a' });
    await pool.close();
    await expect(
      indexTexts(
        ports((bytes) => reader.text(bytes)),
        [id],
      ),
    ).rejects.toThrow('closed');
    expect(await index.owed(new Date(Date.now() + 60_000), 10)).toEqual([id]);
  });

  it(
    'F16 indexes 1,000 good messages among 50 that hang, crash, end or fill a thread',
    { timeout: 120_000 },
    async () => {
      const restarted: string[] = [];
      pool = createParsePool({
        size: 2,
        deadlineMs: 300,
        waitMs: 60_000,
        inlineBytesMax: 0,
        program: poison,
        onRestart: (reason) => restarted.push(reason),
      });
      const reader = pool;
      const index = createMessageIndex(test.database);
      const acts = ['Hang', 'Crash', 'Exit', 'Memory'];
      const ids: { readonly id: string; readonly bad: boolean }[] = [];
      for (let n = 0; n < 1_050; n += 1) {
        const bad = n % 21 === 7;
        const head = bad ? `${acts[(n - 7) % 4] ?? ''}: ${n}` : `Subject: so ${n}`;
        const bytes = Buffer.from(`${head}\r\n\r\nNoi dung so-${n}.`);
        ids.push({ id: await store(bytes, { subject: `biet-${n}` }), bad });
      }
      const tries = new Map<string, number>();
      await inParallel(ids, 4, async ({ id }) => {
        const textOf = (bytes: Uint8Array) => {
          tries.set(id, (tries.get(id) ?? 0) + 1);
          return reader.text(bytes);
        };
        await indexTexts(ports(textOf), [id]);
      });
      expect(ids.filter(({ bad }) => bad).length).toBe(50);
      const good = ids.filter(({ bad }) => !bad).map(({ id }) => id);
      expect(await find('noi dung so-')).toEqual(good);
      // What is known of the bad ones is found; they are not owed, so nothing tries them again.
      expect((await find('biet-')).length).toBe(50);
      expect(await index.owed(new Date(Date.now() + 60_000), 10)).toEqual([]);
      await inParallel(ids, 4, ({ id }) =>
        indexTexts(
          ports((bytes) => reader.text(bytes)),
          [id],
        ),
      );
      expect([...tries.values()].every((count) => count === 1)).toBe(true);
      expect(pool.restarts).toBe(50);
      expect(restarted.length).toBe(50);
    },
  );
});
