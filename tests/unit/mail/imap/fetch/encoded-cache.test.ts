import { describe, expect, it } from 'vitest';

import type { Mailbox } from '#app/ports/mail.ts';
import { EncodedCache } from '#mail/imap/fetch/encoded-cache.ts';
import { MemoryMail } from '#support/memory-mail-access.ts';

async function inbox(): Promise<Mailbox> {
  return new MemoryMail().access().open('INBOX');
}

describe('EncodedCache', () => {
  it('gives what was added, item by item, and nothing of another UIDVALIDITY', async () => {
    const mailbox = await inbox();
    const cache = new EncodedCache(10_000);
    cache.add(mailbox, 1, { envelope: 'E' });
    cache.add(mailbox, 1, { structure: 'S' });
    expect(cache.get(mailbox, 1)).toEqual({ envelope: 'E', structure: 'S' });
    expect(cache.get(mailbox, 2)).toBeUndefined();
    expect(cache.get({ ...mailbox, uidValidity: mailbox.uidValidity + 1 }, 1)).toBeUndefined();
  });

  it('stays below its limit and forgets what was used longest ago', async () => {
    const mailbox = await inbox();
    const cache = new EncodedCache(3_000);
    for (const uid of [1, 2, 3]) cache.add(mailbox, uid, { envelope: 'x'.repeat(600) });
    cache.get(mailbox, 1);
    cache.add(mailbox, 4, { envelope: 'x'.repeat(600) });
    expect(cache.bytes).toBeLessThanOrEqual(3_000);
    expect([1, 2, 3, 4].map((uid) => cache.get(mailbox, uid) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    cache.add(mailbox, 5, { envelope: 'x'.repeat(5_000) });
    expect(cache.bytes).toBe(0);
  });
});
