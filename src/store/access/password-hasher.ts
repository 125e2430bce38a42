import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '#app/ports/access-store.ts';
import { HubError } from '#domain/hub-error.ts';

/** argon2id with OWASP's second parameter set: 19 MiB, two passes, one lane. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Of a random password that nobody knows: an unknown address costs as much as a known one (threats H10). */
let dummyHash: Promise<string> | undefined;

/**
 * At most `parallelMax` hashes run at once and `waitingMax` wait: a flood of guesses cannot take the machine's memory
 * or starve everything else (threats H9). Beyond that: `unavailable`.
 */
export function createPasswordHasher(limits = { parallelMax: 2, waitingMax: 500 }): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= limits.parallelMax) {
      if (waiting.length >= limits.waitingMax) throw new HubError('unavailable', { retryAfterMs: 5000 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line; only an empty line frees it.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => guarded(() => hash(password, parameters)),
    verify: (stored, password) =>
      guarded(async () => {
        dummyHash ??= hash(crypto.randomUUID(), parameters);
        const right = await verify(stored ?? (await dummyHash), password);
        return right && stored !== undefined;
      }),
  };
}
