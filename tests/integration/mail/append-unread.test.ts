import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { HubEvent } from '#domain/event.ts';
import { createParsePool, type ParsePool } from '#mail/message/parse-pool.ts';
import { prepareScanned } from '#mail/official-mail.ts';
import { type Job, jobsOf } from '#queue/jobs.ts';
import { makeOffice, startOfficeServer, type OfficeServer } from '#support/office-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let pool: ParsePool;
let imap: OfficeServer;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());
afterEach(async () => {
  await imap.server.close();
  await pool.close();
});

const stored = () =>
  test.database.rows(
    `select (select count(*) from message) as messages, (select count(*) from blob) as blobs,
       (select count(*) from mailbox_message) as entries, (select count(*) from outbox) as logged`,
  );

/** What the log of the last change owes. */
async function owedJobs(): Promise<readonly Job[]> {
  const [row] = await test.database.rows<{ payload: HubEvent }>(
    'select payload from outbox order by id desc limit 1',
  );
  return row === undefined ? [] : jobsOf(row.payload);
}

describe('APPEND', () => {
  it('M1 refuses a message that could not be scanned for a secrecy mark in time, and owes the index what it took', async () => {
    pool = createParsePool({
      size: 1,
      inlineBytesMax: 30,
      deadlineMs: 10_000,
      program: new URL('../../support/poison-worker.ts', import.meta.url),
    });
    const office = await makeOffice(test.database);
    imap = await startOfficeServer(test.database, {}, (bytes) => prepareScanned(pool, bytes));
    const client = await imap.signIn(office.specialist);
    const literal = (text: string): string => `{${text.length}+}\r\n${text}`;
    const [good, poison] = [literal('Subject: a\r\n\r\nb'), literal(`Crash: a\r\n\r\n${'b'.repeat(30)}`)];
    const before = await stored();
    for (const messages of [poison, `${good} ${poison}`])
      expect((await client.command(`APPEND INBOX ${messages}`)).at(-1)).toMatch(/^NO \[UNAVAILABLE\]/);
    expect(await stored()).toEqual(before);
    expect(pool.restarts).toBeGreaterThan(0);
    expect((await client.command(`APPEND INBOX ${good}`)).at(-1)).toMatch(/^OK \[APPENDUID/);
    expect(await owedJobs()).toEqual([
      { queue: 'delivery', name: 'index-messages', input: { messageIds: [expect.stringMatching(/^\d+$/)] } },
    ]);
  }, 30_000);
});
