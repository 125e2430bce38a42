import type { GroupModeration, GroupWriters } from '#domain/mail/mail-group.ts';
import type {
  Account,
  Delegation,
  MailDomain,
  OrgUnit,
  Person,
  Position,
  RecipientGroup,
} from './organisation.ts';

/** A whole organisation, ready to be written: every reference points to something in the same value. */
export interface Province {
  readonly domains: readonly MailDomain[];
  /** A parent stands before its children. */
  readonly units: readonly OrgUnit[];
  readonly persons: readonly Person[];
  readonly accounts: readonly Account[];
  readonly positions: readonly Position[];
  readonly delegations: readonly Delegation[];
  readonly groups: readonly RecipientGroup[];
  readonly mailGroups: readonly ProvinceMailGroup[];
}

/** An address that mail to many goes to, as a province comes with it. */
export interface ProvinceMailGroup {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly source: 'everyone' | 'organ';
  /** The unit's id, for an organ. */
  readonly sourceValue?: string;
  readonly writers: GroupWriters;
  readonly moderation: GroupModeration;
  /** Accounts that may write where writers are listed. */
  readonly writerIds: readonly string[];
  readonly moderatorIds: readonly string[];
}

/** The domains that count in the figures of the organisation: all but the system's own. */
export function countedDomains(province: Province): readonly MailDomain[] {
  return province.domains.filter((domain) => !domain.system);
}

/** The accounts that count in the figures of the organisation: all but those on the system's own domain. */
export function countedAccounts(province: Province): readonly Account[] {
  const counted = new Set(countedDomains(province).map((domain) => domain.id));
  return province.accounts.filter((account) => counted.has(account.domainId));
}
