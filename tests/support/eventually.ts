import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 20;

/** Looks again and again until `look` no longer throws or rejects, and gives what it gave; past the deadline its error. */
export async function eventually<Value>(
  look: () => Value | Promise<Value>,
  { withinMs = 10_000 }: { withinMs?: number } = {},
): Promise<Value> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    await pause(lookEveryMs);
  }
}
