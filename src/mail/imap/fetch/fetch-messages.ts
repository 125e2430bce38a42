import type { MessageFacts } from '#app/ports/mail.ts';
import type { MessageStructure } from '#domain/mail/structure.ts';
import { encodeDateTime } from '#mail/imap/grammar/date-time.ts';
import type { FetchItem } from '#mail/imap/grammar/fetch-items.ts';
import { encodeFlags } from '#mail/imap/grammar/flags.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import { BrokenLiteral } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import { encodeNstring } from '#mail/imap/wire/encode.ts';
import { ConnectionClosed } from '#mail/imap/wire/output.ts';

import { type BinaryItem, requireDecodable, writeBinary } from './binary-source.ts';
import { writeBody } from './body-source.ts';
import type { EncodedMessage } from './encoded-cache.ts';
import { fallbackStructure } from './fallback-structure.ts';
import { isKept, keepItem, type KeptItem, keptName, keptOf } from './kept-items.ts';
import { marksSeen, markSeen } from './mark-seen.ts';
import { readPreviews } from './preview.ts';
import { isWholeMessage } from './section.ts';

interface Fetch {
  readonly session: Session;
  readonly items: readonly FetchItem[];
  readonly structures: ReadonlyMap<number, MessageStructure>;
  readonly kept: ReadonlyMap<number, EncodedMessage>;
  readonly facts: ReadonlyMap<number, MessageFacts>;
  readonly previews: ReadonlyMap<number, string>;
}

/**
 * Answers the items for each message, in batches. `\Seen` is set and the receipts are given only for messages whose
 * octets the connection has taken: on an official message `\Seen` says that a person has opened it (architecture §5).
 * Returns how many messages had been expunged by somebody else.
 */
export async function fetchMessages(
  session: Session,
  refs: readonly MessageRef[],
  items: readonly FetchItem[],
): Promise<number> {
  const { view, access, limits } = session;
  const arrived: number[] = [];
  let gone = 0;
  for (let at = 0; at < refs.length; at += limits.fetchBatchMessages) {
    const batch = refs.slice(at, at + limits.fetchBatchMessages);
    const uids = batch.map((ref) => ref.uid);
    const kept = keptOf(session, uids, items.filter(readsStructure));
    const unread = items.some(readsStructure) ? uids.filter((uid) => !kept.has(uid)) : [];
    const structures =
      unread.length > 0 ? await access.structures(view.mailbox.id, unread) : new Map<number, never>();
    const facts = items.some(readsFacts)
      ? await access.facts(view.mailbox.id, uids)
      : new Map<number, never>();
    const previews = items.some((item) => item.kind === 'preview')
      ? await readPreviews(session, uids, structures)
      : new Map<number, never>();
    const sent: number[] = [];
    for (const ref of batch) {
      if (await fetchMessage({ session, items, structures, kept, facts, previews }, ref)) sent.push(ref.uid);
      else gone += 1;
    }
    await session.output.flush();
    if (items.some(readsContent)) arrived.push(...sent);
  }
  tellArrivals(session, arrived);
  return gone;
}

/** A receipt is given once, and what is no official message never becomes one: each message is asked for once. */
function tellArrivals({ view, access, afterAnswer }: Session, uids: readonly number[]): void {
  const arrived = view.index.withoutArrival(uids);
  if (arrived.length === 0) return;
  afterAnswer(async () => {
    await access.arrived(view.mailbox.id, arrived);
    view.index.markArrived(arrived);
  });
}

/** False when the message is not there any more. */
async function fetchMessage(fetch: Fetch, ref: MessageRef): Promise<boolean> {
  const { session, items } = fetch;
  const { view, access, limits, output } = session;
  const row = view.index.row(ref.uid);
  if (row === undefined) return false;
  const message = { access, mailboxId: view.mailbox.id, uid: ref.uid, size: row.size };
  if (items.some(readsFacts) && !fetch.facts.has(ref.uid)) return false;
  let structure = fetch.structures.get(ref.uid);
  const isParsed = structure !== undefined;
  if (structure === undefined && !fetch.kept.has(ref.uid) && items.some(needsStructureToAnswer)) {
    structure = await fallbackStructure(message, limits);
    if (structure === undefined) return false;
  }
  for (const item of items) if (structure !== undefined && isBinary(item)) requireDecodable(structure, item);
  const seeing = marksSeen(session, items, row);
  const mark = output.mark();
  try {
    output.write(`* ${ref.sequence} FETCH (`);
    for (const [number, item] of (seeing ? items.filter(isNotChanged) : items).entries()) {
      if (number > 0) output.write(' ');
      if (item.kind === 'body') await writeBody({ message, structure, limits, output }, item);
      else if (isBinary(item)) await writeBinary({ message, structure, limits, output }, item);
      else if (isKept(item))
        output.write(
          fetch.kept.get(ref.uid)?.[keptName(item)] ??
            keepItem(session, item, { uid: ref.uid, structure, isParsed }),
        );
      else output.write(plainItem(fetch, item, row));
      // A hundred parts of one message must not gather in memory (I8).
      if (output.pendingBytes >= limits.chunkBytes) await output.flush();
    }
    if (!seeing) output.write(')\r\n');
  } catch (error) {
    if (error instanceof ConnectionClosed || error instanceof BrokenLiteral) throw error;
    // A half line that has not left yet is taken back, and the failure answered; later only closing is honest.
    if (output.takeBack(mark)) throw error;
    throw new BrokenLiteral({ cause: error });
  }
  if (seeing) await markSeen(session, ref.uid);
  return true;
}

function plainItem(
  fetch: Fetch,
  item: Exclude<FetchItem, { kind: 'body' | 'binary' | 'binary_size' } | KeptItem>,
  row: IndexRow,
): string {
  switch (item.kind) {
    case 'flags':
      return `FLAGS ${encodeFlags(row.flags, row.keywords)}`;
    case 'uid':
      return `UID ${row.uid}`;
    case 'internal_date':
      return `INTERNALDATE ${encodeDateTime(row.internalDate)}`;
    case 'size':
      return `RFC822.SIZE ${row.size}`;
    case 'modseq':
      return `MODSEQ (${row.modseq})`;
    case 'email_id':
      return `EMAILID (${fetch.facts.get(row.uid)?.emailId ?? ''})`;
    case 'thread_id':
      return `THREADID (${fetch.facts.get(row.uid)?.threadId ?? ''})`;
    case 'save_date': {
      const saved = fetch.facts.get(row.uid)?.saveDate;
      return `SAVEDATE ${saved === undefined ? 'NIL' : encodeDateTime(saved.getTime())}`;
    }
    case 'preview':
      return `PREVIEW ${encodeNstring(fetch.previews.get(row.uid))}`;
  }
}

/** What `\Seen` changes is told behind the content. */
function isNotChanged(item: FetchItem): boolean {
  return item.kind !== 'flags' && item.kind !== 'modseq';
}

/** Header or body have reached the device. */
function readsContent(item: FetchItem): boolean {
  return item.kind === 'body' || item.kind === 'binary' || item.kind === 'envelope';
}

function isBinary(item: FetchItem): item is BinaryItem {
  return item.kind === 'binary' || item.kind === 'binary_size';
}

function readsFacts(item: FetchItem): boolean {
  return item.kind === 'email_id' || item.kind === 'thread_id' || item.kind === 'save_date';
}

function readsStructure(item: FetchItem): boolean {
  return item.kind === 'preview' || needsStructureToAnswer(item);
}

function needsStructureToAnswer(item: FetchItem): boolean {
  if (item.kind === 'body') return !isWholeMessage(item.section);
  return item.kind === 'envelope' || item.kind === 'structure' || isBinary(item);
}
