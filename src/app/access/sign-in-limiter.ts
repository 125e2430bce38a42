import { isIPv6 } from 'node:net';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';

/**
 * Slows down guessing, the same counter for HTTP, SMTP and IMAP (threats H9, I11). It counts per account and address
 * prefix, so that an attacker elsewhere never locks the owner out, and per address over all accounts, so that one
 * address cannot try one password on everyone. A browser that has signed in before carries a device mark and has a
 * counter of its own.
 */
export interface SignInLimiter {
  /**
   * Begins an attempt, which ends with `failed`, `succeeded` or `abandoned`. Throws `too_many_attempts` with the time
   * to wait.
   */
  check(attempt: Attempt): void;
  /** The password was never looked at. */
  abandoned(attempt: Attempt): void;
  failed(attempt: Attempt): void;
  succeeded(attempt: Attempt): void;
}

export interface Attempt {
  readonly address: string;
  readonly remoteAddress: string;
  /** The browser has proven earlier that it belongs to this account. */
  readonly knownDevice: boolean;
}

interface Counter {
  failures: number;
  blockedUntilMs: number;
  lastMs: number;
}

export const signInLimits = {
  freeFailures: 5,
  freeFailuresPerAddress: 50,
  /**
   * Attempts on one account from one address at a time, as many as its mail clients may have connections: guesses sent
   * all at once must not outrun the count of their failures.
   */
  attemptsAtOnce: 60,
  attemptsAtOnceRetryMs: 1000,
  delayFirstMs: 1000,
  delayMaxMs: 60_000,
  forgetAfterMs: 15 * 60_000,
  countersMax: 50_000,
} as const;

/** An IPv4 address as its /24, an IPv6 address as its /64: what one household or office shares. */
export function addressPrefix(remoteAddress: string): string {
  const plain = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain.split('.').slice(0, 3).join('.');
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right].slice(0, 4).join(':');
}

export function createSignInLimiter(clock: Clock): SignInLimiter {
  const counters = new Map<string, Counter>();
  const running = new Map<string, number>();

  function ended(attempt: Attempt): void {
    const [own] = keysOf(attempt);
    if (own === undefined) return;
    const left = (running.get(own.key) ?? 1) - 1;
    if (left === 0) running.delete(own.key);
    else running.set(own.key, left);
  }

  function keysOf(attempt: Attempt): readonly { key: string; free: number }[] {
    const account = attempt.address.toLowerCase();
    if (attempt.knownDevice) return [{ key: `device ${account}`, free: signInLimits.freeFailures }];
    const prefix = addressPrefix(attempt.remoteAddress);
    return [
      { key: `account ${account} ${prefix}`, free: signInLimits.freeFailures },
      { key: `address ${prefix}`, free: signInLimits.freeFailuresPerAddress },
    ];
  }

  function current(key: string, nowMs: number): Counter | undefined {
    const counter = counters.get(key);
    if (counter === undefined || nowMs - counter.lastMs <= signInLimits.forgetAfterMs) return counter;
    counters.delete(key);
    return undefined;
  }

  return {
    check(attempt) {
      const nowMs = clock.now().getTime();
      for (const { key } of keysOf(attempt)) {
        const counter = current(key, nowMs);
        if (counter !== undefined && counter.blockedUntilMs > nowMs)
          throw new HubError('too_many_attempts', { retryAfterMs: counter.blockedUntilMs - nowMs });
      }
      const [own] = keysOf(attempt);
      if (own === undefined) return;
      const count = running.get(own.key) ?? 0;
      if (count >= signInLimits.attemptsAtOnce)
        throw new HubError('too_many_attempts', { retryAfterMs: signInLimits.attemptsAtOnceRetryMs });
      running.set(own.key, count + 1);
    },
    abandoned: ended,
    failed(attempt) {
      ended(attempt);
      const nowMs = clock.now().getTime();
      for (const { key, free } of keysOf(attempt)) {
        const failures = (current(key, nowMs)?.failures ?? 0) + 1;
        const over = failures - free;
        const delayMs =
          over < 0
            ? 0
            : Math.min(signInLimits.delayMaxMs, signInLimits.delayFirstMs * 2 ** Math.min(over, 16));
        // Re-inserting keeps the map in order of use; the oldest counter goes when an attacker floods it.
        counters.delete(key);
        counters.set(key, { failures, blockedUntilMs: nowMs + delayMs, lastMs: nowMs });
      }
      while (counters.size > signInLimits.countersMax) {
        const oldest = counters.keys().next().value;
        if (oldest === undefined) break;
        counters.delete(oldest);
      }
    },
    succeeded(attempt) {
      ended(attempt);
      // The counter of the address stays: a success on one account says nothing of guesses at others.
      const [own] = keysOf(attempt);
      if (own !== undefined) counters.delete(own.key);
    },
  };
}
