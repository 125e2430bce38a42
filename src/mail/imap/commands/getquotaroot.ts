import { encodeMailboxName, scanMailboxPath } from '#mail/imap/grammar/mailbox-name.ts';
import { encodeQuota } from '#mail/imap/grammar/quota.ts';
import { completed } from '#mail/imap/responses.ts';
import { encodeAstring } from '#mail/imap/wire/encode.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 9208, section 4.1.2. */
export const getquotaroot = defineCommand({
  name: 'GETQUOTAROOT',
  states: signedIn,
  tells: 'all',
  parse: (scanner, limits) => {
    scanner.space();
    return scanMailboxPath(scanner, limits.mailboxPathBytesMax);
  },
  run: async (session, path) => {
    const root = await session.access.quota.rootOf(path);
    session.output.line(`* QUOTAROOT ${encodeMailboxName(path, session)} ${encodeAstring(root.name)}`);
    session.output.line(`* QUOTA ${encodeQuota(root)}`);
    return completed('GETQUOTAROOT completed');
  },
});
