import { formatRights } from '#domain/mail/mailbox-rights.ts';
import { encodeMailboxName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeAstring } from '#mail/imap/wire/encode.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 4314, section 3.3: the owner first, then who is named, and who stands there by the organisation. */
export const getacl = defineCommand({
  name: 'GETACL',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanMailboxPath(scanner, limits.mailboxPathBytesMax);
  },
  run: async (session, path) => {
    const entries = await session.access.sharing.entries(path);
    const named = entries.map(
      ({ identifier, rights }) => ` ${encodeAstring(identifier)} ${formatRights(rights)}`,
    );
    session.output.line(`* ACL ${encodeMailboxName(path, session)}${named.join('')}`);
    return completed('GETACL completed');
  },
});
