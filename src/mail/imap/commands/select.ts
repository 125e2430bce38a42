import { flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { encodeFlags, systemFlags } from '#mail/imap/grammar/flags.ts';
import { mailboxObjectId } from '#mail/imap/grammar/object-id.ts';
import { encodeMailboxName, encodeOldName, scanSpelledPath } from '#mail/imap/grammar/mailbox-name.ts';
import { type Resync, scanSelectParameters } from '#mail/imap/grammar/select-parameters.ts';
import { mergeRanges, rangesHold } from '#mail/imap/grammar/sequence-set.ts';
import { matchedUntil, vanishedSet } from '#mail/imap/mailbox/vanished.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';

import { defineCommand, type ImapCommand, signedIn } from './command.ts';

export const select = selectCommand('SELECT', false);

export function selectCommand(name: string, readOnly: boolean): ImapCommand {
  return defineCommand({
    name,
    states: signedIn,
    tells: 'nothing',
    parse: (scanner, limits) => {
      scanner.space();
      const name = scanSpelledPath(scanner, limits.mailboxPathBytesMax);
      return { ...name, ...scanSelectParameters(scanner, limits) };
    },
    run: async (session, { path, spelled, condstore, resync }) => {
      if (resync !== undefined && !session.knowsQresync)
        throw new CommandRefused('Enable QRESYNC first', undefined, 'BAD');
      await session.select(path, readOnly);
      if (condstore) session.knowsCondstore = true;
      greet(session, spelled);
      if (resync !== undefined) await tellMissed(session, resync);
      return completed(`${name} completed`, session.view.readOnly ? 'READ-ONLY' : 'READ-WRITE');
    },
  });
}

/**
 * RFC 9051, section 6.3.2; HIGHESTMODSEQ of RFC 7162, section 3.1.2.1, and MAILBOXID of RFC 8474, section 4.2. Nothing
 * is recent; who speaks IMAP4rev2 hears no RECENT and no UNSEEN, and LIST instead.
 */
function greet(session: Session, spelled: string | undefined): void {
  const { view, output } = session;
  const isRev2 = session.enabled.has('IMAP4REV2');
  const names = view.flagNames();
  output.line(`* FLAGS (${names})`);
  output.line(`* ${view.count} EXISTS`);
  if (!isRev2) output.line('* 0 RECENT');
  const unseen = isRev2 ? undefined : view.firstUnseen();
  if (unseen !== undefined) output.line(`* OK [UNSEEN ${unseen}] First unseen message`);
  output.line(`* OK [PERMANENTFLAGS (${permanentFlags(session)})] Flags that are kept`);
  output.line(`* OK [UIDVALIDITY ${view.mailbox.uidValidity}] UIDs are valid`);
  output.line(`* OK [UIDNEXT ${view.index.uidNext}] Next UID`);
  output.line(`* OK [HIGHESTMODSEQ ${view.completeModseq}] Highest mod-sequence`);
  output.line(`* OK [MAILBOXID (${mailboxObjectId(view.mailbox)})] Its own id`);
  if (!isRev2) return;
  const name = encodeMailboxName(view.mailbox.path, session);
  output.line(`* LIST () "/" ${name}${encodeOldName(spelled, session)}`);
}

/**
 * What a client that was away has missed of what it knows: expunged messages, then changed ones (RFC 7162, section
 * 3.2.5). Under another UIDVALIDITY nothing that it knows means anything.
 */
async function tellMissed({ view, access, output }: Session, resync: Resync): Promise<void> {
  if (resync.uidValidity !== view.mailbox.uidValidity) return;
  const known = resync.knownUids === undefined ? undefined : mergeRanges(resync.knownUids, 0);
  const changed: string[] = [];
  for (const uid of view.index.uidsChangedAfter(resync.modseq)) {
    const [row, sequence] = [view.index.row(uid), view.sequenceOf(uid)];
    if (row === undefined || sequence === undefined) continue;
    if (known !== undefined && !rangesHold(known, uid)) continue;
    const flags = encodeFlags(row.flags, row.keywords);
    changed.push(`* ${sequence} FETCH (UID ${uid} FLAGS ${flags} MODSEQ (${row.modseq}))`);
  }
  const logged = await access.expungedSince(view.mailbox.id, resync.modseq);
  const vanished = vanishedSet(view, logged, resync.knownUids, matchedUntil(view, resync.matches));
  if (vanished !== undefined) output.line(`* VANISHED (EARLIER) ${vanished}`);
  for (const line of changed) output.line(line);
}

/** What a STORE can really change: nothing when only examined, and no more than the rights reach (RFC 4314, section 4). */
function permanentFlags({ view, rights }: Session): string {
  if (view.readOnly) return '';
  const allowed = flagsAllowed(rights);
  const names = systemFlags.filter(([, bit]) => (allowed & bit) !== 0).map(([name]) => name);
  return [...names, ...(hasRights(rights, rightBit.w) ? [...view.index.keywords, '\\*'] : [])].join(' ');
}
