import { fetchMessages } from '#mail/imap/fetch/fetch-messages.ts';
import { type FetchItem, scanFetchItems } from '#mail/imap/grammar/fetch-items.ts';
import { type MessageSet, scanMessageSet } from '#mail/imap/grammar/sequence-set.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { type FetchModifiers, scanFetchModifiers } from '#mail/imap/grammar/fetch-modifiers.ts';
import { partOf } from '#mail/imap/grammar/partial-range.ts';
import type { MailboxView, MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import { vanishedSet } from '#mail/imap/mailbox/vanished.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const fetch = fetchCommand('FETCH', false, 'all_but_expunges');
export const uidFetch = fetchCommand('UID FETCH', true, 'all');

interface FetchInput extends FetchModifiers {
  readonly set: MessageSet;
  readonly items: readonly FetchItem[];
}

function fetchCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse, run });

  function parse(scanner: Scanner, limits: ImapLimits): FetchInput {
    return scanFetch(scanner, limits, byUid);
  }

  async function run(session: Session, input: FetchInput): Promise<Completion> {
    const { view } = session;
    if (input.changedSince !== undefined || has(input.items, 'modseq')) session.useCondstore();
    if (input.vanished) await tellVanished(session, input);
    const refs = chosenMessages(view, input, byUid);
    const gone = await fetchMessages(session, refs, answeredItems(session, input, byUid));
    if (gone === 0) return completed(`${name} completed`);
    if (gone === refs.length && !byUid) {
      throw new CommandRefused('The messages have been expunged', 'EXPUNGEISSUED');
    }
    return completed('Some messages have been expunged', 'EXPUNGEISSUED');
  }
}

/** `1:* (FLAGS BODY.PEEK[]<0.100>) (CHANGEDSINCE 7)`. */
function scanFetch(scanner: Scanner, limits: ImapLimits, byUid: boolean): FetchInput {
  scanner.space();
  const set = scanMessageSet(scanner, limits.sequenceRangesMax);
  scanner.space();
  const items = scanFetchItems(scanner, {
    fetchItemsMax: limits.fetchItemsMax,
    partPathMax: limits.nestingMax,
  });
  return { set, items, ...scanFetchModifiers(scanner, byUid) };
}

/** PARTIAL counts the messages that the other conditions leave (RFC 9394, section 3.3). */
function chosenMessages(view: MailboxView, input: FetchInput, byUid: boolean): readonly MessageRef[] {
  const { changedSince, partial } = input;
  const named = view.resolve(input.set, byUid);
  const changed =
    changedSince === undefined
      ? named
      : named.filter(({ uid }) => (view.index.row(uid)?.modseq ?? 0) > changedSince);
  return partial === undefined ? changed : partOf(changed, partial);
}

/**
 * Expunged messages that the session still numbers are told of first, by the updates; VANISHED (EARLIER) names others
 * (RFC 7162, section 3.2.6).
 */
async function tellVanished(session: Session, { set, changedSince = 0 }: FetchInput): Promise<void> {
  if (!session.knowsQresync) throw new CommandRefused('Enable QRESYNC first', undefined, 'BAD');
  await session.refresh();
  session.tell({ expunges: true });
  // What `$` names was there in this session; when it goes, the updates tell.
  if (set === 'saved') return;
  const { view, access, output } = session;
  const logged = await access.expungedSince(view.mailbox.id, changedSince);
  const vanished = vanishedSet(view, logged, set);
  if (vanished !== undefined) output.line(`* VANISHED (EARLIER) ${vanished}`);
}

/** UID comes with every UID FETCH; MODSEQ with every answer to who knows CONDSTORE (RFC 7162, section 3.1). */
function answeredItems(session: Session, input: FetchInput, byUid: boolean): readonly FetchItem[] {
  const items = [...input.items];
  if (byUid && !has(items, 'uid')) items.unshift({ kind: 'uid' });
  if (session.knowsCondstore && !has(items, 'modseq')) items.push({ kind: 'modseq' });
  return items;
}

function has(items: readonly FetchItem[], kind: FetchItem['kind']): boolean {
  return items.some((item) => item.kind === kind);
}
