import { everyRight, formatRights } from '#domain/mail/mailbox-rights.ts';
import { encodeMailboxName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { scanIdentifier } from '#mail/imap/grammar/rights.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeAstring } from '#mail/imap/wire/encode.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 4314, section 3.4: what is always granted, then each right that may be given by itself. */
export const listrights = defineCommand({
  name: 'LISTRIGHTS',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    const path = scanMailboxPath(scanner, limits.mailboxPathBytesMax);
    scanner.space();
    return { path, identifier: scanIdentifier(scanner) };
  },
  run: async (session, { path, identifier }) => {
    const always = await session.access.sharing.alwaysGranted(path, identifier);
    const optional = formatRights(everyRight & ~always).replaceAll(/./g, ' $&');
    const name = `${encodeMailboxName(path, session)} ${encodeAstring(identifier)}`;
    session.output.line(`* LISTRIGHTS ${name} ${encodeAstring(formatRights(always))}${optional}`);
    return completed('LISTRIGHTS completed');
  },
});
