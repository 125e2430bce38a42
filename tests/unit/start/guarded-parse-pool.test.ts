import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inspection } from '#app/ports/file-inspector.ts';
import { createParsePool, type ParsePool } from '#mail/message/parse-pool.ts';
import { createGuardedParsePool } from '#root/start/guarded-parse-pool.ts';

let pool: ParsePool;
let asked: number;
beforeEach(() => {
  pool = createParsePool({ size: 1 });
  asked = 0;
});
afterEach(() => pool.close());

function guarded(answer: Inspection | undefined): ParsePool {
  const look = () => {
    asked += 1;
    return Promise.resolve(answer);
  };
  return createGuardedParsePool(pool, { inspect: look, inspectBytes: look });
}

const found = (stamp: string | undefined): Inspection => ({
  found: { mediaType: 'message/rfc822', isText: true },
  stamp,
  text: '',
  flags: [],
  beyondLimits: false,
});

const plain = Buffer.from('Subject: a\r\nContent-Type: text/plain\r\n\r\nKính gửi\r\n');
const alternative = Buffer.from(
  'Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\na\r\n' +
    '--b\r\nContent-Type: text/html\r\n\r\n<p>a</p>\r\n--b--\r\n',
);
const withFile = Buffer.from('Subject: a\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n');

describe('createGuardedParsePool', () => {
  it.each([
    ['a text', plain],
    ['a text in two forms', alternative],
  ])('asks no thread for %s', async (_what, bytes) => {
    expect(await guarded(undefined).parse(bytes)).toEqual(await pool.parse(bytes));
    expect(asked).toBe(0);
  });

  it('gives the message the stamp of its file', async () => {
    expect(await guarded(found('TỐI MẬT')).parse(withFile)).toMatchObject({ secretStamp: 'TỐI MẬT' });
    expect((await guarded(found(undefined)).parse(withFile))?.secretStamp).toBeUndefined();
    expect(asked).toBe(2);
  });

  it('R10 counts a message whose files could not be looked into as not read', async () => {
    expect(await guarded(undefined).parse(withFile)).toBeUndefined();
  });
});
