import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/** Places in a list from 1, lowest first; counted from its end when `fromEnd` (RFC 9394, section 3.1). */
export interface PartialRange {
  readonly low: number;
  readonly high: number;
  readonly fromEnd: boolean;
}

/** `1:100`, or `-1:-100` from the end; either order. */
export function scanPartialRange(scanner: Scanner): PartialRange {
  const fromEnd = scanner.peekIs('-');
  const first = scanPlace(scanner, fromEnd);
  scanner.expect(':');
  const last = scanPlace(scanner, fromEnd);
  return { low: Math.min(first, last), high: Math.max(first, last), fromEnd };
}

function scanPlace(scanner: Scanner, fromEnd: boolean): number {
  if (fromEnd) scanner.expect('-');
  const place = scanner.number();
  if (place === 0) throw new ImapSyntaxError('Zero is not a place');
  return place;
}

/** As the answer names it: `1:100`, `-1:-100`. */
export function encodePartialRange({ low, high, fromEnd }: PartialRange): string {
  return fromEnd ? `-${low}:-${high}` : `${low}:${high}`;
}

/** The part of a list that a range names, in the order of the list. */
export function partOf<Item>(items: readonly Item[], { low, high, fromEnd }: PartialRange): readonly Item[] {
  if (!fromEnd) return items.slice(low - 1, high);
  return items.slice(Math.max(0, items.length - high), Math.max(0, items.length - low + 1));
}
