import { encodeQuota, scanQuotaRoot } from '#mail/imap/grammar/quota.ts';
import { completed } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 9208, section 4.1.1. */
export const getquota = defineCommand({
  name: 'GETQUOTA',
  states: signedIn,
  tells: 'all',
  parse: (scanner) => {
    scanner.space();
    return scanQuotaRoot(scanner);
  },
  run: async (session, name) => {
    session.output.line(`* QUOTA ${encodeQuota(await session.access.quota.root(name))}`);
    return completed('GETQUOTA completed');
  },
});
