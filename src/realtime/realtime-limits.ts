/** docs/limits.md; threats.md §2 and H4, H5. */
export const realtimeLimits = {
  packetBytesMax: 100_000,
  eventsPerSecondMax: 20,
  authenticateWithinMs: 5000,
  unsentBytesMax: 1024 ** 2,
  sweepEveryMs: 1000,
  syncedEveryMs: 25_000,
  arrivalsEveryMs: 250,
  /** Further behind than this many changes of one's own, a snapshot is cheaper than a replay. */
  replayEntriesMax: 2000,
  replayPageEntries: 500,
} as const;
