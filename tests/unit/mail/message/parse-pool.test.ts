import { afterEach, describe, expect, it, vi } from 'vitest';
import { createParsePool } from '#mail/message/parse-pool.ts';
import type { ParsePool, ParsePoolOptions } from '#mail/message/parse-pool.ts';

const poison = new URL('../../../support/poison-worker.ts', import.meta.url);
const good = Buffer.from('Subject: tốt\r\n\r\nnội dung');

let opened: ParsePool | undefined;
const open = (options: Partial<ParsePoolOptions> = {}): ParsePool => {
  opened = createParsePool({ size: 1, inlineBytesMax: 0, deadlineMs: 10_000, ...options });
  return opened;
};
afterEach(() => opened?.close());

/** A new thread may need longer to start than the deadline of a test allows; the pool must get there by itself. */
const works = (pool: ParsePool): Promise<unknown> =>
  vi.waitUntil(async () => (await pool.parse(good))?.subject === 'tốt', { timeout: 20_000 });

describe('createParsePool', { timeout: 30_000 }, () => {
  it('parses in a thread of its own, and leaves the octets to the caller', async () => {
    const bytes = Buffer.from(`Subject: tốt\r\nDate: 4 Jan 2016 07:30 +0700\r\n\r\n${'x'.repeat(100_000)}`);
    const parsed = await open({ inlineBytesMax: 65_535 }).parse(bytes);
    expect(parsed).toMatchObject({ subject: 'tốt', sentAt: new Date('2016-01-04T00:30:00Z') });
    expect(parsed?.structure.root.body.end).toBe(bytes.length);
    expect(bytes.length).toBeGreaterThan(100_000);
  });

  it('parses a small message in the calling thread', async () => {
    const parsed = await open({ inlineBytesMax: 65_535, program: poison }).parse(
      Buffer.from('Hang: a\r\n\r\n'),
    );
    expect(parsed).toBeDefined();
  });

  it('answers undefined for a message past its deadline, and works afterwards (M1, F16)', async () => {
    const pool = open({ program: poison, deadlineMs: 500 });
    await works(pool);
    expect(await pool.parse(Buffer.from('Hang'))).toBeUndefined();
    await works(pool);
  });

  for (const [name, text] of [
    ['a crash', 'Crash'],
    ['an exit', 'Exit'],
    ['memory beyond the cap', 'Memory'],
  ] as const) {
    it(`answers undefined after ${name}, and works afterwards (F16)`, async () => {
      const pool = open({ program: poison });
      expect(await pool.parse(Buffer.from(text))).toBeUndefined();
      expect(await pool.parse(good)).toMatchObject({ subject: 'tốt' });
    });
  }

  it('lets 4 poisonous messages among 12 harm no other', async () => {
    const pool = open({ program: poison, size: 2 });
    const texts = Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? Buffer.from('Crash') : good));
    const answers = await Promise.all(texts.map((bytes) => pool.parse(bytes)));
    expect(answers.map((answer) => answer?.subject)).toEqual(
      texts.map((bytes) => (bytes === good ? 'tốt' : undefined)),
    );
  });

  it.each([0, 65_535])(
    'reads the text of a message, in the calling thread up to %i octets',
    async (inlineBytesMax) => {
      expect(await open({ inlineBytesMax }).text(good)).toEqual({ header: 'subject: tốt', body: 'nội dung' });
    },
  );

  it('counts the threads that messages have ended, and says why (F16)', async () => {
    const reasons: string[] = [];
    const pool = open({ program: poison, deadlineMs: 500, onRestart: (reason) => reasons.push(reason) });
    await works(pool);
    for (const text of ['Hang', 'Crash', 'Exit']) expect(await pool.text(Buffer.from(text))).toBeUndefined();
    expect(pool.restarts).toBe(3);
    expect(reasons).toEqual(['a message took too long', 'crash', 'it ended']);
    await pool.close();
    expect(pool.restarts).toBe(3);
  });

  it('costs a message its turn only when it has waited four times as long as one may take (F16)', async () => {
    const pool = open({ program: poison, deadlineMs: 1_000, waitMs: 60_000 });
    await works(pool);
    const hanging = pool.parse(Buffer.from('Hang'));
    const behind = pool.parse(good);
    expect(await hanging).toBeUndefined();
    expect(await behind).toMatchObject({ subject: 'tốt' });
    const late = open({ program: poison, deadlineMs: 60_000, waitMs: 100 });
    await vi.waitUntil(() => late.text(good).catch(() => undefined), { timeout: 20_000 });
    const stuck = late.parse(Buffer.from('Hang'));
    await expect(late.text(good)).rejects.toThrow('no thread');
    await late.close();
    expect(await stuck).toBeUndefined();
    await pool.close();
  });

  it('answers undefined when its program cannot run', async () => {
    const pool = open({ program: new URL('./absent.ts', import.meta.url), deadlineMs: 200 });
    expect(await pool.parse(good)).toBeUndefined();
    expect(await pool.parse(good)).toBeUndefined();
  });

  it('answers undefined for what is under way when it is closed', async () => {
    const pool = open({ program: poison });
    const answers = [pool.parse(Buffer.from('Hang')), pool.parse(good)];
    await pool.close();
    expect(await Promise.all([...answers, pool.parse(good)])).toEqual([undefined, undefined, undefined]);
  });
});
