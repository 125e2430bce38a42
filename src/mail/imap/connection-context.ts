import type { SecureContext } from 'node:tls';

import type { MailAccess, MailboxWatch } from '#app/ports/mail.ts';

import type { Admission } from './admission.ts';
import type { ImapLimits } from './imap-limits.ts';
import type { IndexCache } from './mailbox/index-cache.ts';
import type { ImapLog } from './session.ts';

export type Authenticate = (input: {
  readonly address: string;
  readonly password: string;
  readonly remoteAddress: string;
  readonly protocol: 'imap';
}) => Promise<MailAccess>;

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly limits: ImapLimits;
  readonly log: ImapLog;
  readonly secureContext: SecureContext;
  readonly authenticate: Authenticate;
  readonly watch: MailboxWatch;
  readonly indexes: IndexCache;
  readonly admission: Admission;
}
