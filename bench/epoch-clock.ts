/**
 * Milliseconds since 1970 with fractions, comparable between processes of one machine. `performance.now()` follows a
 * clock that is never corrected, so it drifts away from the wall clock by which PostgreSQL stamps commits: the clock is
 * set anew before each round, at the moment when `Date.now()` moves.
 */
export interface EpochClock {
  nowMs(): number;
  /** Takes up to a millisecond. */
  set(): void;
}

export function createEpochClock(): EpochClock {
  let offsetMs = performance.timeOrigin;
  return {
    nowMs: () => offsetMs + performance.now(),
    set() {
      const before = Date.now();
      let now = before;
      while (now === before) now = Date.now();
      offsetMs = now - performance.now();
    },
  };
}
