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
