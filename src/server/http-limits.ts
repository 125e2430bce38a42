/** docs/limits.md; threats.md §2 and H14, H17. */
export const httpLimits = {
  bodyBytesMax: 1024 ** 2,
  jsonDepthMax: 32,
  headerBytesMax: 16 * 1024,
  requestWithinMs: 30_000,
  requestCheckEveryMs: 5000,
  connectionIdleMs: 60_000,
  keepAliveMs: 10_000,
  requestsPerSocketMax: 1000,
  urlParameterCharactersMax: 200,
  queryCharactersMax: 200,
  listItemsDefault: 20,
  listItemsMax: 200,
  boardItemsMax: 500,
  snapshotDirectivesMax: 200,
  changesMax: 500,
  traceWordsMax: 998,
} as const;
