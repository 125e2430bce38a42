import { setImmediate as nextTurn } from 'node:timers/promises';

import type { MessageStructure } from '#domain/mail/structure.ts';
import { readHeader } from '#mail/imap/fetch/fallback-structure.ts';
import type { SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import { CommandRefused } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';

import { type ContentHits, createTest, type StoreKey, type Test } from './evaluate.ts';
import { fold } from './fold.ts';
import { factsOfEnvelope, factsOfHeader, type HeaderFacts, isEnvelopeField } from './header-facts.ts';

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
  const deadline = performance.now() + session.limits.searchDeadlineMs;
  const keepGoing = (): void => {
    if (performance.now() > deadline)
      throw new CommandRefused('The search took too long; narrow it', 'LIMIT');
  };
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
  const { view, access, limits } = session;
  const found: Found[] = [];
  for (let at = 0; at < work.open.length; at += limits.fetchBatchMessages) {
    work.keepGoing();
    const batch = work.open.slice(at, at + limits.fetchBatchMessages);
    const uids = batch.map(({ ref }) => ref.uid);
    const structures = work.readsOctets
      ? new Map<number, MessageStructure>()
      : await access.structures(view.mailbox.id, uids);
    for (const { ref, row } of batch) {
      const facts = await factsOf(session, row, structures.get(ref.uid));
      if (facts !== undefined && work.test({ ref, row, facts }) === true)
        found.push({ ref, modseq: row.modseq });
    }
  }
  return found;
}

/** Undefined when the message has gone meanwhile. */
async function factsOf(
  session: Session,
  row: IndexRow,
  structure: MessageStructure | undefined,
): Promise<HeaderFacts | undefined> {
  if (structure !== undefined) return factsOfEnvelope(structure);
  const { access, view, limits } = session;
  const message = { access, mailboxId: view.mailbox.id, uid: row.uid, size: row.size };
  const header = await readHeader(message, limits);
  return header === undefined ? undefined : factsOfHeader(header);
}

/** Asks the store for every text and every fact once. */
async function contentHits(session: Session, key: SearchKey, keepGoing: () => void): Promise<ContentHits> {
  const hits = new Map<string, ReadonlySet<number>>();
  const wanted: StoreKey[] = [];
  someKey(key, (one) => {
    if (one.kind === 'content' || one.kind === 'fact') wanted.push(one);
    return false;
  });
  for (const one of wanted) {
    const name = nameOfHits(one);
    if (hits.has(name)) continue;
    keepGoing();
    hits.set(name, new Set(await askStore(session, one)));
  }
  return (one) => hits.get(nameOfHits(one)) ?? new Set();
}

function nameOfHits(key: StoreKey): string {
  return key.kind === 'fact' ? JSON.stringify(key.fact) : `${key.where} ${fold(key.needle)}`;
}

function askStore({ access, view }: Session, key: StoreKey): Promise<readonly number[]> {
  return key.kind === 'fact'
    ? access.findByFact(view.mailbox.id, key.fact)
    : access.search(view.mailbox.id, key.where, fold(key.needle));
}

/** Whether a key or one inside it is such; the depth is bounded by the grammar (I3). */
export function someKey(key: SearchKey, isSuch: (key: SearchKey) => boolean): boolean {
  if (isSuch(key)) return true;
  if (key.kind === 'and' || key.kind === 'or') return key.keys.some((inner) => someKey(inner, isSuch));
  return key.kind === 'not' && someKey(key.key, isSuch);
}
