/**
 * Text as PostgreSQL can keep it. A hostile header may hold NUL or half of a surrogate pair, which neither `text` nor
 * `jsonb` accepts; the message must be stored all the same, so they become U+FFFD here. Its octets are untouched.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed();
}

/** A value for a `jsonb` parameter, with every string made storable. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // Both are escaped in JSON; nearly nothing has them, and looking at each string costs ten times as much.
  return unstorable.test(text) ? cleanedJson(value) : text;
}

const unstorable = /\\u(?:0000|d[89a-f])/u;

function cleanedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string') return storableText(inner);
    if (!isPlainRecord(inner)) return inner;
    // Names of MIME parameters come from the message too.
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [storableText(name), each]));
  });
}

function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
