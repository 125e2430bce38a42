import type { SecureContext } from 'node:tls';

import type { MailAccess, MailboxWatch } from '#app/ports/mail.ts';

import type { Admission } from './admission.ts';
import type { EncodedCache } from './fetch/encoded-cache.ts';
import type { ImapLimits } from './imap-limits.ts';
import type { IndexCache } from './mailbox/index-cache.ts';
import type { ImapLog } from './session.ts';

export type Authenticate = (input: {
  readonly address: string;
  readonly password: string;
  readonly remoteAddress: string;
  readonly protocol: 'imap';
}) => Promise<MailAccess>;

/** An exchange of SCRAM-SHA-256 that has begun. */
export interface ScramExchange<Proven> {
  readonly serverFirst: string;
  /** Throws `wrong_credentials`, `too_many_attempts`, `unavailable`. */
  finish(clientFinal: string): Promise<Proven>;
}

/** Undefined when the client's first message is none of SCRAM. */
export type BeginScram = (input: {
  readonly clientFirst: string;
  readonly remoteAddress: string;
}) => ScramExchange<{ readonly access: MailAccess; readonly serverFinal: string }> | undefined;

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly limits: ImapLimits;
  readonly log: ImapLog;
  readonly secureContext: SecureContext;
  readonly authenticate: Authenticate;
  /** Absent: SCRAM is not offered. */
  readonly beginScram: BeginScram | undefined;
  readonly watch: MailboxWatch;
  readonly indexes: IndexCache;
  readonly encoded: EncodedCache;
  readonly admission: Admission;
}
