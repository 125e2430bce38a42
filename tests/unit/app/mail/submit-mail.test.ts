import { describe, expect, it } from 'vitest';

import { ownsSender } from '#app/mail/submit-mail.ts';
import type { Actor, HeldPosition } from '#domain/access/actor.ts';

const post = (over: Partial<HeldPosition> = {}): HeldPosition => ({
  positionId: 'post',
  unitId: 'vp',
  unitPath: ['vp', 'ubnd'],
  unitName: 'Văn phòng',
  unitKind: 'agency',
  title: 'Văn thư',
  authority: 'clerk',
  rank: 500,
  ...over,
});
const keepsSentCopy = true;
const actor = (over: Partial<Actor> = {}): Actor => ({
  accountId: 'lan',
  address: 'lan@vpubnd.binhthuan.example',
  name: 'Nguyễn Thị Lan',
  kind: 'personal',
  locale: 'vi',
  positions: [post()],
  ...over,
});

describe('ownsSender', () => {
  it('lets an account send as itself, and as the mailbox of a unit it answers for (S8)', () => {
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'lan', kind: 'personal' })).toBe(true);
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'vanthu', kind: 'role', unitId: 'vp' })).toBe(
      true,
    );
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'vp', kind: 'unit', unitId: 'vp' })).toBe(true);
    const office = actor({ accountId: 'vanthu', kind: 'role', unitId: 'vp', positions: [] });
    expect(ownsSender(office, { keepsSentCopy, accountId: 'vp', kind: 'unit', unitId: 'vp' })).toBe(true);
  });

  it('refuses nobody, another person, another unit, the system, and who only works in the unit (S8)', () => {
    expect(ownsSender(actor(), undefined)).toBe(false);
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'minh', kind: 'personal', unitId: 'vp' })).toBe(
      false,
    );
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'sotttt', kind: 'unit', unitId: 'stttt' })).toBe(
      false,
    );
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'ubnd', kind: 'unit', unitId: 'ubnd' })).toBe(
      false,
    );
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'chidao', kind: 'system', unitId: 'vp' })).toBe(
      false,
    );
    expect(ownsSender(actor(), { keepsSentCopy, accountId: 'vanthu', kind: 'role' })).toBe(false);
    const specialist = actor({ positions: [post({ authority: 'specialist' })] });
    expect(ownsSender(specialist, { keepsSentCopy, accountId: 'vp', kind: 'unit', unitId: 'vp' })).toBe(
      false,
    );
    const delegated = actor({ positions: [post({ delegatedScope: 'process' })] });
    expect(ownsSender(delegated, { keepsSentCopy, accountId: 'vp', kind: 'unit', unitId: 'vp' })).toBe(false);
  });
});
