import { isDigitByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/** `*` in a set: the largest number in use. */
export const LARGEST = Number.POSITIVE_INFINITY;

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** As written, in any order, with `LARGEST` for `*`. */
export type SequenceSet = readonly NumberRange[];

/** A set, or `$`: what the last SEARCH with RETURN (SAVE) has found (RFC 5182). */
export type MessageSet = SequenceSet | 'saved';

/** What names messages of the selected mailbox: `$` stands wherever a set may, and alone (RFC 5182, section 2.1). */
export function scanMessageSet(scanner: Scanner, rangesMax: number): MessageSet {
  return scanner.skip('$') ? 'saved' : scanSequenceSet(scanner, rangesMax);
}

/** RFC 9051, sequence-set. Throws when there are more ranges than allowed (I8). */
export function scanSequenceSet(scanner: Scanner, rangesMax: number): SequenceSet {
  const ranges: NumberRange[] = [];
  do {
    const first = scanNumber(scanner);
    const last = scanner.skip(':') ? scanNumber(scanner) : first;
    ranges.push({ first, last });
    if (ranges.length > rangesMax) throw new ImapSyntaxError('The sequence set has too many ranges');
  } while (scanner.skip(','));
  return ranges;
}

/** One message, by its number or `*`. */
export function scanSequenceNumber(scanner: Scanner): SequenceSet {
  const number = scanNumber(scanner);
  return [{ first: number, last: number }];
}

export function startsMessageSet(scanner: Scanner): boolean {
  const byte = scanner.peek();
  return byte !== undefined && (isDigitByte(byte) || byte === 0x2a || byte === 0x24);
}

function scanNumber(scanner: Scanner): number {
  if (scanner.skip('*')) return LARGEST;
  const number = scanner.number();
  if (number === 0) throw new ImapSyntaxError('Zero is not a message number');
  return number;
}

/**
 * The set as rising ranges that neither touch nor overlap, with `*` given its number. `*` means the largest number
 * even where that is below the other end (`559:*` names the last message, RFC 9051, section 9, seq-range).
 */
export function mergeRanges(set: SequenceSet, largest: number): readonly NumberRange[] {
  const ordered = set
    .map((range) => {
      const first = range.first === LARGEST ? largest : range.first;
      const last = range.last === LARGEST ? largest : range.last;
      return { first: Math.min(first, last), last: Math.max(first, last) };
    })
    .sort((one, other) => one.first - other.first);
  const merged: { first: number; last: number }[] = [];
  for (const range of ordered) {
    const before = merged.at(-1);
    if (before !== undefined && range.first <= before.last + 1)
      before.last = Math.max(before.last, range.last);
    else merged.push({ ...range });
  }
  return merged;
}

/** Whether merged ranges hold a number, by halving. */
export function rangesHold(merged: readonly NumberRange[], number: number): boolean {
  let low = 0;
  let high = merged.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = merged[middle];
    if (range === undefined) return false;
    if (number < range.first) high = middle - 1;
    else if (number > range.last) low = middle + 1;
    else return true;
  }
  return false;
}
