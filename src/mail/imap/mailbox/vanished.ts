import {
  mergeRanges,
  type NumberRange,
  rangesHold,
  type SequenceSet,
} from '#mail/imap/grammar/sequence-set.ts';
import type { Resync } from '#mail/imap/grammar/select-parameters.ts';
import { encodeNumberSet, type Octets } from '#mail/imap/wire/encode.ts';

import type { MailboxView } from './mailbox-view.ts';

/**
 * The UIDs of VANISHED (EARLIER), or undefined when there are none: those of the asked set that were expunged after a
 * mod-sequence. Where the log of expunged messages has been pruned, they are all the UIDs of the set that are not
 * there: a client that is told of more than it has forgets nothing by it (RFC 7162, section 3.2.5.2).
 */
export function vanishedSet(
  view: MailboxView,
  logged: readonly number[] | undefined,
  asked: SequenceSet | undefined,
  knownUntil = 0,
): Octets | undefined {
  const ranges = mergeRanges(asked ?? [{ first: 1, last: view.index.uidNext - 1 }], view.index.uidNext - 1);
  if (logged === undefined) return encodeAbsent(view, ranges, knownUntil);
  // One that is expunged and still in the view is told of by the updates, with its number.
  const gone = logged.filter((uid) => rangesHold(ranges, uid) && !view.holds(uid));
  return gone.length === 0 ? undefined : encodeNumberSet(gone);
}

/** The numbers of the ranges that no message has, as ranges: there may be millions of them. */
function encodeAbsent(
  view: MailboxView,
  ranges: readonly NumberRange[],
  knownUntil: number,
): Octets | undefined {
  const absent: string[] = [];
  const put = (first: number, last: number): void => {
    if (first <= last) absent.push(first === last ? String(first) : `${first}:${last}`);
  };
  for (const range of ranges) {
    const end = Math.min(range.last, view.index.uidNext - 1);
    let at = Math.max(range.first, knownUntil + 1);
    for (const { uid } of view.resolve([{ first: at, last: Math.max(at, end) }], true)) {
      if (uid < at) continue;
      put(at, Math.min(uid - 1, end));
      at = uid + 1;
    }
    put(at, end);
  }
  return absent.length === 0 ? undefined : absent.join(',');
}

/**
 * The last UID up to which a client's numbers are still right, so that nothing before it can have vanished (RFC 7162,
 * section 3.2.5.2): the largest pair of its number and UID that belong together still.
 */
export function matchedUntil(view: MailboxView, matches: Resync['matches']): number {
  if (matches === undefined) return 0;
  let known = 0;
  for (const { sequence, uid, length } of pairedRuns(matches.sequences, matches.uids)) {
    if (sequence > view.count || view.uidOf(sequence) !== uid) return known;
    // Along a run UIDs rise at least as fast as numbers, so those that match are its beginning.
    let [low, high] = [0, Math.min(length, view.count - sequence + 1) - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (view.uidOf(sequence + middle) === uid + middle) low = middle;
      else high = middle - 1;
    }
    known = uid + low;
    if (low < length - 1) return known;
  }
  return known;
}

interface Run {
  readonly sequence: number;
  readonly uid: number;
  readonly length: number;
}

/** Two sets of the same size side by side, in runs that rise by one on both sides. */
function* pairedRuns(sequences: SequenceSet, uids: SequenceSet): Generator<Run, void, undefined> {
  const [left, right] = [
    { range: 0, used: 0 },
    { range: 0, used: 0 },
  ];
  for (;;) {
    const [one, other] = [sequences[left.range], uids[right.range]];
    if (one === undefined || other === undefined) return;
    const [sequence, uid] = [one.first + left.used, other.first + right.used];
    const length = Math.min(one.last - sequence, other.last - uid) + 1;
    yield { sequence, uid, length };
    for (const [side, end] of [
      [left, one],
      [right, other],
    ] as const) {
      side.used += length;
      if (end.first + side.used > end.last) [side.range, side.used] = [side.range + 1, 0];
    }
  }
}
