import type { FlagChange, StoredFlags, StoreFlags } from '#app/ports/mail.ts';
import { encodeFlags, type FlagList, scanFlagList } from '#mail/imap/grammar/flags.ts';
import { type MessageSet, scanMessageSet } from '#mail/imap/grammar/sequence-set.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import { clientCanTell } from '#mail/imap/mailbox/silent-change.ts';
import { type KnownFlags, unchangedBy } from '#mail/imap/mailbox/unchanged-by.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import { encodeNumberSet } from '#mail/imap/wire/encode.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const store = storeCommand('STORE', false, 'all_but_expunges');
export const uidStore = storeCommand('UID STORE', true, 'all');

interface StoreInput extends FlagList {
  readonly set: MessageSet;
  readonly unchangedSince: number | undefined;
  readonly change: FlagChange;
  readonly silent: boolean;
}

function storeCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanStore, run });

  async function run(session: Session, input: StoreInput): Promise<Completion> {
    const { view, access } = session;
    if (view.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'CANNOT');
    if (input.unchangedSince !== undefined) session.useCondstore();
    const refs = view.resolve(input.set, byUid);
    if (refs.length === 0) return completed('No messages to change');
    const unchanged = await unchangedBy(session, refs, input);
    if (unchanged !== undefined) {
      answer(session, unchanged, input.silent);
      return completed(`${name} completed`);
    }
    const canTell = input.silent ? clientCanTell(view, refs, input) : () => true;
    const stored = await access.storeFlags(changeOf(view.mailbox.id, refs, input));
    view.markAnswered(stored.entries.filter(canTell));
    session.learn(stored);
    answer(session, stored.entries, input.silent);
    return completion(name, byUid, refs, stored);
  }
}

/** `1:3 (UNCHANGEDSINCE 12) +FLAGS.SILENT (\Seen)` (RFC 9051, section 6.4.6; RFC 7162, section 3.1.3). */
function scanStore(scanner: Scanner, limits: ImapLimits): StoreInput {
  scanner.space();
  const set = scanMessageSet(scanner, limits.sequenceRangesMax);
  scanner.space();
  const unchangedSince = scanner.peekIs('(') ? scanUnchangedSince(scanner) : undefined;
  const change = scanner.skip('+') ? 'add' : scanner.skip('-') ? 'remove' : 'replace';
  const item = scanner.keyword();
  if (item !== 'FLAGS' && item !== 'FLAGS.SILENT') throw new ImapSyntaxError('Unknown store item');
  scanner.space();
  return { set, unchangedSince, change, silent: item !== 'FLAGS', ...scanFlagList(scanner, limits, true) };
}

function scanUnchangedSince(scanner: Scanner): number {
  const [modseq] = scanner.list(
    () => {
      if (scanner.keyword() !== 'UNCHANGEDSINCE') throw new ImapSyntaxError('Unknown STORE modifier');
      scanner.space();
      return scanner.number63();
    },
    { itemsMax: 1 },
  );
  scanner.space();
  return modseq ?? 0;
}

function changeOf(mailboxId: string, refs: readonly MessageRef[], input: StoreInput): StoreFlags {
  const { change, flags, keywords, unchangedSince } = input;
  const uids = refs.map((ref) => ref.uid);
  return {
    mailboxId,
    uids,
    change,
    flags,
    keywords,
    ...(unchangedSince === undefined ? {} : { unchangedSince }),
  };
}

/** A silent STORE still tells the new mod-sequence to who knows CONDSTORE (RFC 7162, section 3.1.3). */
function answer(session: Session, entries: readonly KnownFlags[], silent: boolean): void {
  if (silent && !session.knowsCondstore) return;
  for (const entry of entries) {
    const sequence = session.view.sequenceOf(entry.uid);
    if (sequence === undefined) continue;
    const items = [`UID ${entry.uid}`];
    if (!silent) items.push(`FLAGS ${encodeFlags(entry.flags, entry.keywords)}`);
    if (session.knowsCondstore) items.push(`MODSEQ (${entry.modseq})`);
    session.output.line(`* ${sequence} FETCH (${items.join(' ')})`);
  }
}

function completion(
  name: string,
  byUid: boolean,
  refs: readonly MessageRef[],
  stored: StoredFlags,
): Completion {
  if (stored.modified.length > 0) {
    const modified = new Set(stored.modified);
    const named = refs.filter((ref) => modified.has(ref.uid)).map((ref) => (byUid ? ref.uid : ref.sequence));
    return completed('Some messages have changed since', `MODIFIED ${encodeNumberSet(named)}`);
  }
  if (stored.entries.length === 0 && !byUid) {
    throw new CommandRefused('The messages have been expunged', 'EXPUNGEISSUED');
  }
  if (stored.entries.length < refs.length)
    return completed('Some messages have been expunged', 'EXPUNGEISSUED');
  return completed(`${name} completed`);
}
