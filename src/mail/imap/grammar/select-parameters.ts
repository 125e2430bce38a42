import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { LARGEST, scanSequenceSet, type SequenceSet } from './sequence-set.ts';

/** What a client remembers of a mailbox (RFC 7162, section 3.2.5). */
export interface Resync {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly knownUids: SequenceSet | undefined;
  /** Numbers and UIDs that belonged together when it left, in the same order. */
  readonly matches: { readonly sequences: SequenceSet; readonly uids: SequenceSet } | undefined;
}

export interface SelectParameters {
  readonly condstore: boolean;
  readonly resync: Resync | undefined;
}

/** ` (CONDSTORE QRESYNC (67890007 20050715194045000 41,43:211))` in any order, from the space, or nothing. */
export function scanSelectParameters(
  scanner: Scanner,
  limits: { readonly sequenceRangesMax: number },
): SelectParameters {
  let condstore = false;
  let resync: Resync | undefined;
  if (!scanner.skip(' ')) return { condstore, resync };
  scanner.list(
    () => {
      const name = scanner.keyword();
      if (name === 'CONDSTORE' && !condstore) condstore = true;
      else if (name === 'QRESYNC' && resync === undefined) {
        scanner.space();
        resync = scanResync(scanner, limits.sequenceRangesMax);
      } else throw new ImapSyntaxError('Unknown SELECT parameter, or one given twice');
    },
    { itemsMax: 10 },
  );
  return { condstore, resync };
}

function scanResync(scanner: Scanner, rangesMax: number): Resync {
  scanner.expect('(');
  scanner.enter();
  const uidValidity = nonZero(scanner.number());
  scanner.space();
  const modseq = nonZero(scanner.number63());
  let knownUids: SequenceSet | undefined;
  let matches: Resync['matches'];
  if (scanner.skip(' ')) {
    if (!scanner.peekIs('(')) {
      knownUids = scanKnownSet(scanner, rangesMax);
      if (scanner.skip(' ')) matches = scanMatches(scanner, rangesMax);
    } else matches = scanMatches(scanner, rangesMax);
  }
  scanner.expect(')');
  scanner.leave();
  return { uidValidity, modseq, knownUids, matches };
}

function scanMatches(scanner: Scanner, rangesMax: number): NonNullable<Resync['matches']> {
  scanner.expect('(');
  scanner.enter();
  const sequences = scanKnownSet(scanner, rangesMax);
  scanner.space();
  const uids = scanKnownSet(scanner, rangesMax);
  scanner.expect(')');
  scanner.leave();
  if (numbersIn(sequences) !== numbersIn(uids))
    throw new ImapSyntaxError('Numbers and UIDs are not as many as each other');
  return { sequences, uids };
}

/** What is known has numbers: no `*` (RFC 7162, known-uids). */
function scanKnownSet(scanner: Scanner, rangesMax: number): SequenceSet {
  const set = scanSequenceSet(scanner, rangesMax);
  if (set.some(({ first, last }) => first === LARGEST || last === LARGEST))
    throw new ImapSyntaxError('A known set has no *');
  return set.map(({ first, last }) => ({ first: Math.min(first, last), last: Math.max(first, last) }));
}

function numbersIn(set: SequenceSet): number {
  return set.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function nonZero(number: number): number {
  if (number === 0) throw new ImapSyntaxError('Zero is not allowed here');
  return number;
}
