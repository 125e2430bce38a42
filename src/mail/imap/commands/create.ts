import type { SpecialUse } from '#domain/mail/structure.ts';
import { encodeMailboxName, encodeOldName, scanSpelledPath } from '#mail/imap/grammar/mailbox-name.ts';
import { mailboxObjectId } from '#mail/imap/grammar/object-id.ts';
import { specialUseNamed } from '#mail/imap/grammar/special-use.ts';
import { CommandRefused, completed } from '#mail/imap/responses.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, signedIn } from './command.ts';

/** CREATE, with the special use of RFC 6154. A delimiter at the end only says that children will come. */
export const create = defineCommand({
  name: 'CREATE',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const { path, spelled } = scanSpelledPath(scanner, limits.mailboxPathBytesMax);
    const specialUse = scanner.skip(' ') ? scanUse(scanner) : undefined;
    return { path: path.endsWith('/') ? path.slice(0, -1) : path, spelled, specialUse };
  },
  run: async (session, { path, spelled, specialUse }) => {
    if (path === '') throw new CommandRefused('The mailbox name is empty', 'CANNOT');
    const mailbox = await session.access.create(path, specialUse);
    // RFC 9051, section 6.3.9.7.
    if (spelled !== undefined && session.enabled.has('IMAP4REV2')) {
      const name = encodeMailboxName(mailbox.path, session);
      session.output.line(`* LIST (\\Subscribed) "/" ${name}${encodeOldName(spelled, session)}`);
    }
    return completed('CREATE completed', `MAILBOXID (${mailboxObjectId(mailbox)})`);
  },
});

/** `(USE (\Archive))`: one use a mailbox. */
function scanUse(scanner: Scanner): SpecialUse | undefined {
  let uses: readonly string[] = [];
  scanner.list(
    () => {
      if (scanner.keyword() !== 'USE') throw new ImapSyntaxError('Unknown CREATE parameter');
      scanner.space();
      uses = scanner.list(() => scanUseName(scanner), { itemsMax: 10, emptyAllowed: true });
    },
    { itemsMax: 1 },
  );
  const [name, ...more] = uses;
  if (name === undefined) return undefined;
  const use = specialUseNamed(name);
  if (use === undefined || more.length > 0) throw new CommandRefused('No such special use', 'USEATTR');
  return use;
}

function scanUseName(scanner: Scanner): string {
  scanner.expect('\\');
  return `\\${scanner.atom()}`;
}
