import { describe, expect, it } from 'vitest';
import { createSignInLimiter, signInLimits } from '#app/access/sign-in-limiter.ts';

const now = new Date('2016-06-01T01:00:00Z');
const attempt = {
  address: 'chutich@vpubnd.binhthuan.example',
  remoteAddress: '203.0.113.5',
  knownDevice: false,
};

describe('createSignInLimiter', () => {
  it('H9 lets only so many attempts on one account from one address run at once', () => {
    const limiter = createSignInLimiter({ now: () => now });
    for (let count = 0; count < signInLimits.attemptsAtOnce; count += 1) limiter.check(attempt);
    expect(() => limiter.check(attempt)).toThrow('too_many_attempts');
    expect(() => limiter.check({ ...attempt, remoteAddress: '203.0.113.99' })).toThrow('too_many_attempts');
    limiter.check({ ...attempt, remoteAddress: '198.51.100.7' });
    limiter.check({ ...attempt, address: 'vanthu@vpubnd.binhthuan.example' });
    limiter.check({ ...attempt, knownDevice: true });
  });

  it.each(['succeeded', 'abandoned'] as const)(
    'H9 lets the next begin when one has %s, and counts no failure',
    (end) => {
      const limiter = createSignInLimiter({ now: () => now });
      for (let count = 0; count < signInLimits.attemptsAtOnce * 3; count += 1) {
        limiter.check(attempt);
        limiter[end](attempt);
      }
      expect(() => limiter.check(attempt)).not.toThrow();
    },
  );
});
