import type { GroupRules, GroupSource } from '#domain/mail/mail-group.ts';
import type { HubTransaction, Page } from './hub-store.ts';

export interface MailGroup extends GroupRules {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly source: GroupSource;
  readonly createdAt: Date;
}

/** One entry of a list. */
export interface MailGroupMember {
  readonly kind: 'account' | 'group' | 'outside';
  readonly address: string;
  /** Absent for outside addresses. */
  readonly name?: string;
}

/** `writer`: may write where writers are listed. `moderator`: may always write, and decides on what is held. */
export type OfficerRole = 'writer' | 'moderator';

export interface MailGroupOfficer {
  readonly accountId: string;
  readonly address: string;
  readonly name: string;
  readonly role: OfficerRole;
}

export interface MailGroupDetail extends MailGroup {
  /** Of a list, by address; a computed group keeps none. */
  readonly members: readonly MailGroupMember[];
  readonly officers: readonly MailGroupOfficer[];
}

export interface MailAlias {
  readonly address: string;
  /** The account's own address. */
  readonly accountAddress: string;
  readonly createdAt: Date;
}

/** What somebody keeps in a list: one of the three. */
export type NewMember =
  | { readonly kind: 'account'; readonly accountId: string }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'outside'; readonly address: string };

/** What a command on groups and aliases may do inside its one transaction. */
export interface MailGroupTransaction extends HubTransaction {
  /**
   * Waits for whoever takes the same address at this moment. Throws `bad_input` when its domain is not ours,
   * `address_taken` when an account, an alias or a group has it.
   */
  takeAddress(address: string): Promise<void>;
  /** Throws `bad_input` when the unit of its source does not exist. */
  createGroup(group: MailGroup): Promise<void>;
  /** Locks it; undefined when there is none. */
  lockGroup(id: string): Promise<MailGroup | undefined>;
  changeGroup(id: string, change: Partial<GroupRules> & { readonly name?: string }): Promise<void>;
  /** Takes it out of the lists it is in, too. Gives the accounts that were its moderators. */
  removeGroup(id: string): Promise<readonly string[]>;
  /** Who the addresses are, each once, as members. Throws `recipient_unknown` when one is nobody's of ours. */
  membersBehind(addresses: readonly string[]): Promise<readonly NewMember[]>;
  /** Instead of the members there are, or besides them. */
  keepMembers(id: string, members: readonly NewMember[], how: 'replace' | 'add'): Promise<void>;
  /** Whether a group is now deeper in another, by way of this one, than `groupDepthMax`. */
  nestsTooDeep(id: string): Promise<boolean>;
  /** The active accounts behind the addresses. Throws `recipient_unknown`. */
  accountsBehind(addresses: readonly string[]): Promise<readonly string[]>;
  /** Instead of those there are, or besides them. Gives the accounts that have the role now and had not, or the reverse. */
  keepOfficers(
    id: string,
    role: OfficerRole,
    accountIds: readonly string[],
    how: 'replace' | 'add',
  ): Promise<readonly string[]>;
  createAlias(address: string, accountId: string, at: Date): Promise<void>;
  /** False when there is none. */
  removeAlias(address: string): Promise<boolean>;
}

export interface MailGroups {
  transaction<Result>(work: (tx: MailGroupTransaction) => Promise<Result>): Promise<Result>;
  /** By address; the cursor is the last address of the page before. */
  list(page: { limit: number; cursor?: string | undefined }): Promise<Page<MailGroup>>;
  find(id: string): Promise<MailGroupDetail | undefined>;
  findByAddress(address: string): Promise<MailGroup | undefined>;
  aliases(page: { limit: number; cursor?: string | undefined }): Promise<Page<MailAlias>>;
}

/** Who decides on what is held for a group. */
export interface GroupModerators {
  moderatorsOf(groupId: string): Promise<readonly string[]>;
}
