import { scanQuotaRoot } from '#mail/imap/grammar/quota.ts';
import { CommandRefused } from '#mail/imap/responses.ts';

import { defineCommand, signedIn } from './command.ts';

/** RFC 9208, section 4.1.3. Quotas are set by administrators, who have no part in mailboxes: QUOTASET is not offered. */
export const setquota = defineCommand({
  name: 'SETQUOTA',
  states: signedIn,
  tells: 'all',
  parse: (scanner) => {
    scanner.space();
    scanQuotaRoot(scanner);
    scanner.space();
    scanner.list(
      () => {
        scanner.atom();
        scanner.space();
        scanner.number63();
      },
      { itemsMax: 10, emptyAllowed: true },
    );
  },
  run: () => Promise.reject(new CommandRefused('Only an administrator sets quotas', 'NOPERM')),
});
