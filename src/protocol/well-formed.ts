/**
 * Whether every text in a value from JSON is whole Unicode. JSON can write half of a surrogate pair (`"\ud800"`), which
 * is no character: it can neither be stored nor sent as UTF-8. Call it on values of bounded depth only.
 */
export function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part));
}
