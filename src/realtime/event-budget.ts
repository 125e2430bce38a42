/** A bucket of tokens: `perSecond` events a second, and twice as many at once (threats H4). */
export function createEventBudget(
  perSecond: number,
  nowMs: () => number = () => performance.now(),
): { take(): boolean } {
  const size = perSecond * 2;
  let tokens = size;
  let lastMs = nowMs();
  return {
    take() {
      const now = nowMs();
      tokens = Math.min(size, tokens + ((now - lastMs) * perSecond) / 1000);
      lastMs = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
