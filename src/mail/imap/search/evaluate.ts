import { dayOf, dayOfDateHeader } from '#mail/imap/grammar/date-time.ts';
import type { Comparison, SearchKey } from '#mail/imap/grammar/search-key.ts';
import { type MessageSet, mergeRanges, rangesHold } from '#mail/imap/grammar/sequence-set.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MailboxView, MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';

import { fold } from './fold.ts';
import type { HeaderFacts } from './header-facts.ts';

export interface Candidate {
  readonly ref: MessageRef;
  readonly row: IndexRow;
  /** Undefined while the header has not been read: keys on it are then neither true nor false. */
  readonly facts: HeaderFacts | undefined;
}

/** True, false, or undefined when only the header can tell. */
export type Verdict = boolean | undefined;
export type Test = (candidate: Candidate) => Verdict;

/** Keys that only the store can answer. */
export type StoreKey = Extract<SearchKey, { kind: 'content' | 'fact' }>;

/** The UIDs for which a key holds, asked of the store before. */
export type ContentHits = (key: StoreKey) => ReadonlySet<number>;

/** A key made ready once for all messages. */
export function createTest(key: SearchKey, view: MailboxView, hits: ContentHits): Test {
  switch (key.kind) {
    case 'all':
      return () => true;
    case 'none':
      return () => false;
    case 'and':
      return allOf(key.keys.map((inner) => createTest(inner, view, hits)));
    case 'or':
      return anyOf(key.keys.map((inner) => createTest(inner, view, hits)));
    case 'not':
      return opposite(createTest(key.key, view, hits));
    case 'flag':
      return ({ row }) => ((row.flags & key.bit) !== 0) === key.set;
    case 'keyword':
      return keywordTest(key.keyword.toUpperCase(), key.set);
    case 'sequence':
      return sequenceTest(key.set, key.byUid, view);
    case 'internal_date':
      return ({ row }) => compares(dayOf(row.internalDate), key.compare, key.day);
    case 'larger':
      return ({ row }) => row.size > key.octets;
    case 'smaller':
      return ({ row }) => row.size < key.octets;
    case 'older':
    case 'younger':
      return withinTest(key.kind, Date.now() - key.seconds * 1000);
    case 'modseq':
      return ({ row }) => row.modseq >= key.modseq;
    case 'sent_date':
      return ({ facts }) => facts && compares(dayOfDateHeader(facts.date ?? ''), key.compare, key.day);
    case 'header':
      return headerTest(key.field, fold(key.needle));
    case 'fact': {
      const found = hits(key);
      return ({ ref }) => found.has(ref.uid);
    }
    case 'content': {
      // No letters are in every text.
      if (key.needle === '') return () => true;
      const found = hits(key);
      return ({ ref }) => found.has(ref.uid);
    }
  }
}

function allOf(tests: readonly Test[]): Test {
  return (candidate) => {
    let verdict: Verdict = true;
    for (const test of tests) {
      const found = test(candidate);
      if (found === false) return false;
      if (found === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function anyOf(tests: readonly Test[]): Test {
  return (candidate) => {
    let verdict: Verdict = false;
    for (const test of tests) {
      const found = test(candidate);
      if (found === true) return true;
      if (found === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function opposite(test: Test): Test {
  return (candidate) => {
    const found = test(candidate);
    return found === undefined ? undefined : !found;
  };
}

function keywordTest(keyword: string, set: boolean): Test {
  return ({ row }) => row.keywords.some((held) => held.toUpperCase() === keyword) === set;
}

function sequenceTest(set: MessageSet, byUid: boolean, view: MailboxView): Test {
  if (set === 'saved') {
    const saved = new Set(view.resolve(set, true).map((ref) => ref.uid));
    return ({ ref }) => saved.has(ref.uid);
  }
  const ranges = mergeRanges(set, view.largest(byUid));
  return ({ ref }) => rangesHold(ranges, byUid ? ref.uid : ref.sequence);
}

/** RFC 5032: both hold for a message that was taken in at that very instant. */
function withinTest(kind: 'older' | 'younger', instant: number): Test {
  if (kind === 'older') return ({ row }) => row.internalDate <= instant;
  return ({ row }) => row.internalDate >= instant;
}

/** An empty needle asks only whether the field is there (RFC 9051, HEADER). */
function headerTest(field: string, needle: string): Test {
  return ({ facts }) => facts?.texts(field).some((text) => text.includes(needle));
}

function compares(day: number | undefined, compare: Comparison, wanted: number): boolean {
  if (day === undefined) return false;
  switch (compare) {
    case 'before':
      return day < wanted;
    case 'on':
      return day === wanted;
    case 'since':
      return day >= wanted;
  }
}
