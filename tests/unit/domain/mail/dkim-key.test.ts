import { describe, expect, it } from 'vitest';
import { dkimKeyState, type DomainKey, publishedKeys } from '#domain/mail/dkim-key.ts';

const now = new Date('2026-05-11T02:00:00Z');
const dayMs = 24 * 3_600_000;
const days = (count: number) => new Date(now.getTime() + count * dayMs);

function key(times: Pick<DomainKey, 'signsFrom' | 'retiredAt'>): DomainKey {
  return { selector: 'h1r', algorithm: 'rsa-sha256', publicKey: 'AA==', createdAt: days(-400), ...times };
}

describe('dkimKeyState', () => {
  it.each([
    ['pending', 'has no time to sign from', key({})],
    ['pending', 'signs from tomorrow on', key({ signsFrom: days(1) })],
    ['active', 'signs from this moment on', key({ signsFrom: now })],
    ['active', 'retires tomorrow', key({ signsFrom: days(-9), retiredAt: days(1) })],
    ['retired', 'retires at this moment', key({ signsFrom: days(-9), retiredAt: now })],
    ['retired', 'retired six days ago', key({ signsFrom: days(-9), retiredAt: days(-6) })],
    ['removable', 'retired seven days ago', key({ signsFrom: days(-9), retiredAt: days(-7) })],
  ])('is %s of a key that %s', (state, _of, given) => {
    expect(dkimKeyState(given, now)).toBe(state);
  });
});

describe('publishedKeys', () => {
  it('are all but those whose records may go', () => {
    const kept = [key({}), key({ signsFrom: now }), key({ signsFrom: days(-9), retiredAt: days(-6) })];
    const gone = key({ signsFrom: days(-9), retiredAt: days(-8) });
    expect(publishedKeys([...kept, gone], now)).toEqual(kept);
  });
});
