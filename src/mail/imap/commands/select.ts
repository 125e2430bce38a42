import { flagsAllowed, hasRights, rightBit } from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { systemFlags } from '#mail/imap/grammar/flags.ts';
import { scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, type ImapCommand, signedIn } from './command.ts';

export const select = selectCommand('SELECT', false);

export function selectCommand(name: string, readOnly: boolean): ImapCommand {
  return defineCommand({
    name,
    states: signedIn,
    tells: 'nothing',
    parse: (scanner, limits) => {
      scanner.space();
      const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
      return { path, condstore: scanner.skip(' ') && scanParameters(scanner) };
    },
    run: async (session, { path, condstore }) => {
      if (condstore) session.knowsCondstore = true;
      await session.select(path, readOnly);
      greet(session);
      return completed(`${name} completed`, session.view.readOnly ? 'READ-ONLY' : 'READ-WRITE');
    },
  });
}

/** `(CONDSTORE)` of RFC 7162; true when it is among them. */
function scanParameters(scanner: Scanner): boolean {
  const names = scanner.list(() => scanner.keyword(), { itemsMax: 10 });
  if (names.some((name) => name !== 'CONDSTORE')) throw new ImapSyntaxError('Unknown SELECT parameter');
  return names.length > 0;
}

/** RFC 9051, section 6.3.2, and HIGHESTMODSEQ of RFC 7162. Nothing is recent (RFC 9051 has given it up). */
function greet(session: Session): void {
  const { view, output } = session;
  const names = view.flagNames();
  output.line(`* FLAGS (${names})`);
  output.line(`* ${view.count} EXISTS`);
  output.line('* 0 RECENT');
  const unseen = view.firstWithout(flagBit.seen);
  if (unseen !== undefined) output.line(`* OK [UNSEEN ${unseen}] First unseen message`);
  output.line(`* OK [PERMANENTFLAGS (${permanentFlags(session)})] Flags that are kept`);
  output.line(`* OK [UIDVALIDITY ${view.mailbox.uidValidity}] UIDs are valid`);
  output.line(`* OK [UIDNEXT ${view.index.uidNext}] Next UID`);
  output.line(`* OK [HIGHESTMODSEQ ${view.index.highestModseq}] Highest mod-sequence`);
}

/** What a STORE can really change: nothing when only examined, and no more than the rights reach (RFC 4314, section 4). */
function permanentFlags({ view, rights }: Session): string {
  if (view.readOnly) return '';
  const allowed = flagsAllowed(rights);
  const names = systemFlags.filter(([, bit]) => (allowed & bit) !== 0).map(([name]) => name);
  return [...names, ...(hasRights(rights, rightBit.w) ? [...view.index.keywords, '\\*'] : [])].join(' ');
}
