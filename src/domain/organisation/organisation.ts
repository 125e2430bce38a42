/** The organisation of a province. Everything in it is valid from a time to a time: mergers keep history true. */

export const unitKinds = [
  'province_pc',
  'dept',
  'agency',
  'party',
  'mass_org',
  'district_pc',
  'district_office',
  'commune_pc',
  'public_service',
] as const;
export type UnitKind = (typeof unitKinds)[number];

export type Level = 'province' | 'district' | 'commune';

/** An organ or a unit within one (cơ quan, đơn vị). */
export interface OrgUnit {
  readonly id: string;
  /** Identification code in document exchange (mã định danh), at most 13 characters. */
  readonly organId: string;
  /** Abbreviation used in a document's notation, e.g. `STTTT`. */
  readonly code: string;
  readonly name: string;
  readonly kind: UnitKind;
  readonly level: Level;
  /** Statistics code of the administrative area, for districts and communes. */
  readonly adminCode?: string;
  readonly parentId?: string;
  readonly domainId?: string;
  /** Whether it has a seal and registers of its own. */
  readonly isOrgan: boolean;
  readonly validFrom: Date;
  readonly validTo?: Date;
  readonly successorId?: string;
}

/** A mail domain (tên miền thư). */
export interface MailDomain {
  readonly id: string;
  readonly fqdn: string;
  readonly level: Level;
  readonly unitId?: string;
  /** The apex holds only system addresses and counts in no figure of the organisation. */
  readonly system: boolean;
}

/** An official (cán bộ). */
export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly staffCode: string;
}

export type AccountKind = 'personal' | 'role' | 'unit' | 'system';
export type AccountStatus = 'active' | 'suspended' | 'retired';

/** A mailbox and sign-in (tài khoản, hộp thư). A unit's account belongs to the unit and to no person. */
export interface Account {
  readonly id: string;
  readonly localPart: string;
  readonly domainId: string;
  /** `local@domain`, in lower case. */
  readonly address: string;
  readonly displayName: string;
  readonly kind: AccountKind;
  readonly personId?: string;
  /** The unit it stands for (kind unit or role) or belongs to. */
  readonly unitId?: string;
  readonly status: AccountStatus;
  readonly locale: 'vi' | 'en';
}

export const authorities = [
  'head',
  'deputy',
  'office_chief',
  'unit_head',
  'clerk',
  'specialist',
  'counter',
  'archivist',
  'auditor',
  'admin',
] as const;
export type Authority = (typeof authorities)[number];

/** A post held for a time (chức vụ). One person may hold several. */
export interface Position {
  readonly id: string;
  readonly personId: string;
  readonly unitId: string;
  readonly title: string;
  /** Order of precedence: a smaller rank stands higher. */
  readonly rank: number;
  readonly authority: Authority;
  /** Decree 30/2020, Article 13: TM., KT., TL., TUQ., Q. */
  readonly signingAuthority?: 'TM' | 'KT' | 'TL' | 'TUQ' | 'Q';
  readonly isPrimary: boolean;
  readonly validFrom: Date;
  readonly validTo?: Date;
}

export type DelegationScope = 'process' | 'direct' | 'sign_TUQ';

/** A delegation of authority (ủy quyền), written, limited in time. */
export interface Delegation {
  readonly id: string;
  readonly fromPositionId: string;
  readonly toPositionId: string;
  readonly scope: DelegationScope;
  readonly documentRef: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly revokedAt?: Date;
}

/** A named set of recipients that resolves to units and people when a directive is issued. */
export interface RecipientGroup {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly unitIds: readonly string[];
  readonly personIds: readonly string[];
}

/** Whether something valid from a time to a time is valid now. The end is exclusive. */
export function isValidAt(item: { validFrom: Date; validTo?: Date | undefined }, at: Date): boolean {
  return item.validFrom <= at && (item.validTo === undefined || at < item.validTo);
}
