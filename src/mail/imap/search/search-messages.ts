import { setImmediate as nextTurn } from 'node:timers/promises';

import type { SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import type { Session } from '#mail/imap/session.ts';

import { searchDeadline } from './deadline.ts';
import { type ContentHits, createTest, type StoreKey, type Test } from './evaluate.ts';
import { fold } from './fold.ts';
import { isEnvelopeField } from './header-facts.ts';
import { envelopeFactsOf, headerFactsOf } from './read-facts.ts';

/** Messages tested before other sessions get their turn. */
const MESSAGES_PER_TURN = 2000;

export interface Found {
  readonly ref: MessageRef;
  readonly modseq: number;
}

/**
 * The messages for which a key holds, in order. The index answers what it can; only messages that it leaves open are
 * read, by batches. Refused when it takes longer than the limit (I6).
 */
export async function searchMessages(session: Session, key: SearchKey): Promise<readonly Found[]> {
  const keepGoing = searchDeadline(session.limits);
  const test = createTest(key, session.view, await contentHits(session, key, keepGoing));
  const found: Found[] = [];
  const open: Opened[] = [];
  for (const [number, ref] of session.view.all().entries()) {
    if (number % MESSAGES_PER_TURN === MESSAGES_PER_TURN - 1) {
      keepGoing();
      await nextTurn();
    }
    const row = session.view.index.row(ref.uid);
    if (row === undefined) continue;
    const verdict = test({ ref, row, facts: undefined });
    if (verdict === true) found.push({ ref, modseq: row.modseq });
    else if (verdict === undefined) open.push({ ref, row });
  }
  if (open.length === 0) return found;
  const readsOctets = someKey(key, (one) => one.kind === 'header' && !isEnvelopeField(one.field));
  const more = await testOpen(session, { open, test, readsOctets, keepGoing });
  return [...found, ...more].sort((one, other) => one.ref.sequence - other.ref.sequence);
}

interface Opened {
  readonly ref: MessageRef;
  readonly row: IndexRow;
}

interface OpenWork {
  readonly open: readonly Opened[];
  readonly test: Test;
  readonly readsOctets: boolean;
  readonly keepGoing: () => void;
}

async function testOpen(session: Session, work: OpenWork): Promise<readonly Found[]> {
  const found: Found[] = [];
  const refs = work.open.map(({ ref }) => ref);
  const facts = work.readsOctets
    ? headerFactsOf(session, work.open, work.keepGoing)
    : envelopeFactsOf(session, refs, work.keepGoing);
  for await (const { ref, row, facts: known } of facts) {
    if (work.test({ ref, row, facts: known }) === true) found.push({ ref, modseq: row.modseq });
  }
  return found;
}

/** Asks the store for every text and every fact once. */
async function contentHits(session: Session, key: SearchKey, keepGoing: () => void): Promise<ContentHits> {
  const hits = new Map<string, ReadonlySet<number>>();
  const wanted: StoreKey[] = [];
  someKey(key, (one) => {
    if (one.kind === 'fact' || (one.kind === 'content' && one.needle !== '')) wanted.push(one);
    return false;
  });
  for (const one of wanted) {
    const name = nameOfHits(one);
    if (hits.has(name)) continue;
    keepGoing();
    hits.set(name, new Set(await askStore(session, one, keepGoing)));
  }
  return (one) => hits.get(nameOfHits(one)) ?? new Set();
}

function nameOfHits(key: StoreKey): string {
  return key.kind === 'fact' ? JSON.stringify(key.fact) : `${key.where} ${fold(key.needle)}`;
}

function askStore(
  { access, view }: Session,
  key: StoreKey,
  keepGoing: () => void,
): Promise<readonly number[]> {
  return key.kind === 'fact'
    ? access.findByFact(view.mailbox.id, key.fact)
    : access.search(view.mailbox.id, key.where, fold(key.needle), keepGoing);
}

/** Whether a key or one inside it is such; the depth is bounded by the grammar (I3). */
export function someKey(key: SearchKey, isSuch: (key: SearchKey) => boolean): boolean {
  if (isSuch(key)) return true;
  if (key.kind === 'and' || key.kind === 'or') return key.keys.some((inner) => someKey(inner, isSuch));
  return key.kind === 'not' && someKey(key.key, isSuch);
}
