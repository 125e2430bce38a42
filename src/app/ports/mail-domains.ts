import type { AdministeredBy } from '#domain/access/administered.ts';
import type { DomainKey } from '#domain/mail/dkim-key.ts';
import type { StsMode, StsStanding } from '#domain/mail/sts-policy.ts';
import type { Level } from '#domain/organisation/organisation.ts';
import type { Page } from './hub-store.ts';

/** A mail domain of the hub. */
export interface MailDomain {
  readonly name: string;
  readonly level: Level;
  /** The hub's own, of its notices. */
  readonly system: boolean;
  readonly accounts: number;
  readonly sts: StsStanding;
  /** The newest first. */
  readonly keys: readonly DomainKey[];
}

/** The hub's domains and their signing keys. Private keys stay behind it. Each change is recorded with who made it. */
export interface MailDomains {
  /** By name; the cursor is the last name of the page before. */
  list(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<Page<MailDomain>>;
  find(name: string): Promise<MailDomain | undefined>;
  /** Whether it is one of the hub's; the name is in lower case. */
  isOurs(name: string): Promise<boolean>;
  /** Makes the keys of a domain that has none, which sign at once: as its first mail to the outside would. */
  ensureKeys(name: string, at: Date, by: AdministeredBy): Promise<void>;
  /** Makes a pair that signs once it is activated, and forgets the keys whose records may be gone. */
  addPendingKeys(name: string, at: Date, by: AdministeredBy): Promise<void>;
  /**
   * From now on the newest pending pair signs and the others have retired; keys whose records may be gone are forgotten.
   * False when nothing is pending.
   */
  activateKeys(name: string, at: Date, by: AdministeredBy): Promise<boolean>;
  /** What the domain's own policy says from now on, under a new id when it is another. False when it is not ours. */
  setStsMode(name: string, mode: StsMode, at: Date, by: AdministeredBy): Promise<boolean>;
  stsStanding(name: string): Promise<StsStanding | undefined>;
}
