import { beforeEach, describe, expect, it } from 'vitest';
import {
  addressPrefix,
  createSignInLimiter,
  signInLimits,
  type Attempt,
  type SignInLimiter,
} from '#app/access/sign-in-limiter.ts';
import { HubError } from '#domain/hub-error.ts';

let nowMs: number;
let limiter: SignInLimiter;

beforeEach(() => {
  nowMs = 1_463_000_000_000;
  limiter = createSignInLimiter({ now: () => new Date(nowMs) });
});

function attempt(parts: Partial<Attempt> = {}): Attempt {
  return { address: 'chutich@binhthuan.example', remoteAddress: '192.0.2.10', knownDevice: false, ...parts };
}

function fail(times: number, parts: Partial<Attempt> = {}): void {
  for (let n = 0; n < times; n += 1) limiter.failed(attempt(parts));
}

/** Milliseconds to wait; 0 when an attempt may be made now. */
function waitMs(parts: Partial<Attempt> = {}): number {
  try {
    limiter.check(attempt(parts));
    return 0;
  } catch (error) {
    expect(error).toBeInstanceOf(HubError);
    expect((error as HubError).code).toBe('too_many_attempts');
    return (error as HubError).retryAfterMs ?? 0;
  }
}

describe('createSignInLimiter', () => {
  it('H9 lets a few failures pass, then doubles the wait up to a minute', () => {
    fail(signInLimits.freeFailures - 1);
    expect(waitMs()).toBe(0);
    const waits = Array.from({ length: 8 }, () => {
      fail(1);
      return waitMs();
    });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    nowMs += 60_000;
    expect(waitMs()).toBe(0);
  });

  it('H9 never locks the owner out: neither from elsewhere nor from a browser that is known', () => {
    fail(1000);
    expect(waitMs()).toBeGreaterThan(0);
    expect(waitMs({ remoteAddress: '198.51.100.7' })).toBe(0);
    expect(waitMs({ knownDevice: true })).toBe(0);
  });

  it('H9 counts spellings of an address and neighbours of a client as one', () => {
    fail(3, { address: 'ChuTich@BinhThuan.example' });
    fail(3, { remoteAddress: '192.0.2.77' });
    fail(3, { remoteAddress: '::ffff:192.0.2.3' });
    expect(waitMs()).toBeGreaterThan(0);
  });

  it('H9 stops one client from trying a password on everyone', () => {
    for (let n = 0; n < signInLimits.freeFailuresPerAddress; n += 1)
      fail(1, { address: `person${n}@binhthuan.example` });
    expect(waitMs({ address: 'nobody-tried@binhthuan.example' })).toBeGreaterThan(0);
    expect(waitMs({ address: 'nobody-tried@binhthuan.example', remoteAddress: '198.51.100.7' })).toBe(0);
  });

  it('forgets a success’s own failures, not those of its client', () => {
    fail(signInLimits.freeFailures - 1);
    limiter.succeeded(attempt());
    fail(1);
    expect(waitMs()).toBe(0);
    for (let n = 0; n < signInLimits.freeFailuresPerAddress; n += 1) {
      fail(1, { address: `person${n}@binhthuan.example` });
      limiter.succeeded(attempt({ address: `person${n}@binhthuan.example` }));
    }
    expect(waitMs({ address: 'another@binhthuan.example' })).toBeGreaterThan(0);
  });

  it('forgets after a quarter of an hour', () => {
    fail(100);
    nowMs += signInLimits.forgetAfterMs + 1;
    expect(waitMs()).toBe(0);
    fail(1);
    expect(waitMs()).toBe(0);
  });

  it('keeps a bounded number of counters, the newest', () => {
    fail(20);
    for (let n = 0; n < signInLimits.countersMax; n += 1)
      limiter.failed(
        attempt({
          address: `x${n}@binhthuan.example`,
          remoteAddress: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
        }),
      );
    expect(waitMs()).toBe(0);
  });
});

describe('addressPrefix', () => {
  it.each([
    ['192.0.2.77', '192.0.2'],
    ['::ffff:192.0.2.77', '192.0.2'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
  ])('of %s is %s', (address, prefix) => {
    expect(addressPrefix(address)).toBe(prefix);
  });
});
