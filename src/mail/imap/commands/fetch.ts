import { fetchMessages } from '#mail/imap/fetch/fetch-messages.ts';
import { type FetchItem, scanFetchItems } from '#mail/imap/grammar/fetch-items.ts';
import { scanSequenceSet, type SequenceSet } from '#mail/imap/grammar/sequence-set.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const fetch = fetchCommand('FETCH', false, 'all_but_expunges');
export const uidFetch = fetchCommand('UID FETCH', true, 'all');

interface FetchInput {
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
  readonly changedSince: number | undefined;
}

function fetchCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanFetch, run });

  async function run(session: Session, input: FetchInput): Promise<Completion> {
    const { view } = session;
    if (input.changedSince !== undefined || has(input.items, 'modseq')) session.knowsCondstore = true;
    const refs = view.resolve(input.set, byUid).filter((ref) => {
      const row = view.index.row(ref.uid);
      return input.changedSince === undefined || (row !== undefined && row.modseq > input.changedSince);
    });
    const gone = await fetchMessages(session, refs, answeredItems(session, input, byUid));
    if (gone === 0) return completed(`${name} completed`);
    if (gone === refs.length && !byUid) {
      throw new CommandRefused('The messages have been expunged', 'EXPUNGEISSUED');
    }
    return completed('Some messages have been expunged', 'EXPUNGEISSUED');
  }
}

/** `1:* (FLAGS BODY.PEEK[]<0.100>) (CHANGEDSINCE 7)`. */
function scanFetch(scanner: Scanner, limits: ImapLimits): FetchInput {
  scanner.space();
  const set = scanSequenceSet(scanner, limits.sequenceRangesMax);
  scanner.space();
  const items = scanFetchItems(scanner, {
    fetchItemsMax: limits.fetchItemsMax,
    partPathMax: limits.nestingMax,
  });
  const changedSince = scanner.skip(' ') ? scanChangedSince(scanner) : undefined;
  return { set, items, changedSince };
}

function scanChangedSince(scanner: Scanner): number {
  const [modseq] = scanner.list(
    () => {
      if (scanner.keyword() !== 'CHANGEDSINCE') throw new ImapSyntaxError('Unknown FETCH modifier');
      scanner.space();
      return scanner.number63();
    },
    { itemsMax: 1 },
  );
  return modseq ?? 0;
}

/** UID comes with every UID FETCH; MODSEQ with CHANGEDSINCE, and beside FLAGS for who knows CONDSTORE. */
function answeredItems(session: Session, input: FetchInput, byUid: boolean): readonly FetchItem[] {
  const items = [...input.items];
  const wantsModseq = input.changedSince !== undefined || (session.knowsCondstore && has(items, 'flags'));
  if (byUid && !has(items, 'uid')) items.unshift({ kind: 'uid' });
  if (wantsModseq && !has(items, 'modseq')) items.push({ kind: 'modseq' });
  return items;
}

function has(items: readonly FetchItem[], kind: FetchItem['kind']): boolean {
  return items.some((item) => item.kind === kind);
}
