import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { assignThreads } from '#store/mail/assign-threads.ts';
import { storeMessage } from '#store/mail/store-message.ts';
import { preparedMessage } from '#support/mail-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

interface Named {
  readonly id?: string;
  readonly answers?: string;
  readonly references?: readonly string[];
}

let count = 0;
const prepared = ({ id, answers, references }: Named) =>
  preparedMessage(`a message ${(count += 1)}`, {
    messageIdHeader: id,
    inReplyTo: answers,
    references: references ?? [],
  });
const put = (named: Named): Promise<string> =>
  test.database.transaction((tx) => storeMessage(tx, prepared(named), new Date()));

async function threadOf(messageId: string): Promise<string> {
  const [row] = await test.database.rows<{ thread: number }>(
    `select coalesce(t.thread_id, m.id) as thread
     from message m left join message_thread t on t.message_id = m.id where m.id = $1`,
    [messageId],
  );
  return String(row?.thread);
}

/** A row that no thread was given to yet. */
async function bare(): Promise<string> {
  const id = await put({});
  await test.database.rows('delete from message_thread where message_id = $1', [id]);
  return id;
}

describe('assignThreads', () => {
  it('gives an answer the thread of what it answers, and a message that names nothing its own', async () => {
    const first = await put({ id: '<a1@x>' });
    const answer = await put({ id: '<a2@x>', answers: '<a1@x>' });
    const later = await put({ id: '<a3@x>', references: ['<never-seen@x>', '<a2@x>'] });
    const alone = await put({});
    expect(await Promise.all([first, answer, later, alone].map(threadOf))).toEqual([
      first,
      first,
      first,
      alone,
    ]);
  });

  it('joins those that name one message which has not come, and the message when it comes', async () => {
    const one = await put({ id: '<b2@x>', answers: '<b1@x>' });
    const other = await put({ id: '<b3@x>', references: ['<b1@x>'] });
    const first = await put({ id: '<b1@x>' });
    expect(await Promise.all([one, other, first].map(threadOf))).toEqual([one, one, one]);
  });

  it('never changes what it gave, also when a message would join two threads', async () => {
    const one = await put({ id: '<c1@x>' });
    const other = await put({ id: '<c2@x>' });
    const both = await put({ id: '<c3@x>', references: ['<c2@x>', '<c1@x>'] });
    expect(await Promise.all([one, other, both].map(threadOf))).toEqual([one, other, one]);
    expect(await threadOf(await put({ answers: '<c2@x>' }))).toBe(other);
  });

  it('puts a chain that comes in one call into one thread, from either end', async () => {
    const ids = [await bare(), await bare(), await bare(), await bare()];
    const chain = ids.map((messageId, at) => ({
      messageId,
      messageIdHeader: `<d${at}@x>`,
      inReplyTo: at + 1 < ids.length ? `<d${at + 1}@x>` : undefined,
      references: [],
    }));
    await test.database.transaction((tx) => Promise.resolve(assignThreads(tx, chain)));
    expect(new Set(await Promise.all(ids.map(threadOf)))).toEqual(new Set([ids[0]]));
  });

  it('lets transactions that bring one thread at the same moment agree', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const holder = test.database.transaction(async (tx) => {
      const id = await storeMessage(tx, prepared({ id: '<e2@x>', answers: '<e1@x>' }), new Date());
      // The lock is taken by a statement that nobody has waited for.
      await tx.rows('select 1');
      begin();
      await released;
      return id;
    });
    await begun;
    const waiting = Array.from({ length: 5 }, (_, at) => put({ id: `<e${at + 3}@x>`, answers: '<e1@x>' }));
    const waits = async (): Promise<number> => {
      const [row] = await test.database.rows<{ n: number }>(
        `select count(*) as n from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%assign_threads%'`,
      );
      return row?.n ?? 0;
    };
    while ((await waits()) < waiting.length) await test.database.rows('select pg_stat_clear_snapshot()');
    release();
    const first = await holder;
    expect(await Promise.all((await Promise.all(waiting)).map(threadOf))).toEqual(waiting.map(() => first));
  });

  it('looks at no more names of a hostile message than its limit, and at none too long to be one', async () => {
    const references = Array.from({ length: 1000 }, (_, at) => `<f${at}@x>`);
    const first = await put({ id: '<f0@x>' });
    const hostile = await put({ id: `<${'y'.repeat(2000)}@x>`, references });
    expect(await threadOf(hostile)).toBe(first);
    const kept = await test.database.rows(
      `select 1 from thread_key k join unnest($1::text[]) as n(name)
         on k.key = substring(sha256(convert_to(n.name, 'UTF8')) for 16)`,
      [references],
    );
    expect(kept).toHaveLength(50);
  });
});
