import { describe, expect, it } from 'vitest';

import { ownsSender } from '#app/mail/submit-mail.ts';
import type { Actor } from '#domain/access/actor.ts';

const actor: Actor = {
  accountId: 'lan',
  address: 'lan@vpubnd.binhthuan.example',
  name: 'Nguyễn Thị Lan',
  kind: 'personal',
  locale: 'vi',
  positions: [],
};
const keepsSentCopy = true;

describe('ownsSender', () => {
  it('lets an account send as itself, and as an office in which it may post (S8)', () => {
    const own = { keepsSentCopy, accountId: 'lan', kind: 'personal', mayPost: false } as const;
    expect(ownsSender(actor, own)).toBe(true);
    for (const kind of ['role', 'unit'] as const)
      expect(ownsSender(actor, { keepsSentCopy, accountId: 'vanthu', kind, mayPost: true })).toBe(true);
  });

  it('refuses nobody, an office in which it may not post, and another person and the system whatever it may (S8)', () => {
    expect(ownsSender(actor, undefined)).toBe(false);
    expect(ownsSender(actor, { keepsSentCopy, accountId: 'vanthu', kind: 'unit', mayPost: false })).toBe(
      false,
    );
    for (const kind of ['personal', 'system'] as const)
      expect(ownsSender(actor, { keepsSentCopy, accountId: 'minh', kind, mayPost: true })).toBe(false);
  });
});
