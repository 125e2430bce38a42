import { Type } from 'typebox';
import { HubError } from '#domain/hub-error.ts';

/** Beside the idempotency key, for edits that can clash. */
export const ifMatchHeader = Type.String({
  description: 'The version that was loaded, as its ETag says it (RFC 9110, section 13.1.1).',
  maxLength: 40,
});

export function entityTag(version: number): string {
  return `"${version}"`;
}

/** The version that an `If-Match` names. Throws `bad_input`. */
export function versionOf(header: string): number {
  const version = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined) throw new HubError('bad_input', { field: 'If-Match' });
  return Number(version);
}
