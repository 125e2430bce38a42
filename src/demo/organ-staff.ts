import type { Account, AccountKind, Person, Position } from '#domain/organisation/organisation.ts';
import { demoId, demoStaffCode } from './demo-ids.ts';
import type { DomainRoster, DrawnAccount } from './domain-roster.ts';
import type { OrganBlueprint } from './organ-blueprints.ts';
import type { OrganUnits } from './organ-units.ts';
import { auditingOrgan, auditorPost, postsOf, type Post } from './posts.ts';
import type { Seat } from './seats.ts';
import { clerkMailbox, organMailbox, wellKnownLocalPart } from './well-known.ts';

/** People and mailboxes together: parts of these make up the province's. */
export interface Staff {
  readonly persons: readonly Person[];
  readonly accounts: readonly Account[];
  readonly positions: readonly Position[];
}

export interface StaffMember {
  /** The account's address, which is also the key of the person's and the positions' ids. */
  readonly address: string;
  readonly kind: AccountKind;
  /** What the account is called when it is not called after its person. */
  readonly accountName?: string;
  readonly personName: string;
  readonly posts: readonly Post[];
  readonly validFrom: Date;
}

export interface MailboxAccount {
  readonly address: string;
  readonly kind: AccountKind;
  readonly displayName: string;
  readonly personId?: string;
  readonly unitId?: string;
}

/** An active account; its domain follows from its address. */
export function accountOf(mailbox: MailboxAccount): Account {
  const at = mailbox.address.indexOf('@');
  return {
    id: demoId('account', mailbox.address),
    localPart: mailbox.address.slice(0, at),
    domainId: demoId('domain', mailbox.address.slice(at + 1)),
    ...mailbox,
    status: 'active',
    locale: 'vi',
  };
}

/** The id of the n-th position, from 0, that the holder of an address has. */
export function positionIdOf(address: string, ordinal = 0): string {
  return demoId('position', `${address}/${ordinal}`);
}

/** One person with an account and the positions held; the account belongs to the unit of the first one. */
export function staffMember(member: StaffMember): Staff {
  const personId = demoId('person', member.address);
  const [primary] = member.posts;
  return {
    persons: [{ id: personId, displayName: member.personName, staffCode: demoStaffCode(member.address) }],
    accounts: [
      accountOf({
        address: member.address,
        kind: member.kind,
        displayName: member.accountName ?? member.personName,
        personId,
        ...(primary === undefined ? {} : { unitId: primary.unit.id }),
      }),
    ],
    positions: member.posts.map(({ unit, ...post }, ordinal) => ({
      id: positionIdOf(member.address, ordinal),
      personId,
      unitId: unit.id,
      ...post,
      isPrimary: ordinal === 0,
      validFrom: member.validFrom,
    })),
  };
}

function seatStaff(
  blueprint: OrganBlueprint,
  units: OrganUnits,
  drawn: DrawnAccount,
  domain: string,
  seat: Seat,
  ordinal: number,
): Staff {
  const { organ } = units;
  const { validFrom } = organ;
  const posts = postsOf(blueprint, units, seat, ordinal);
  if (seat === 'organ_mailbox') {
    const address = `${organMailbox}${blueprint.mailboxSuffix}@${domain}`;
    const mailbox = accountOf({ address, kind: 'unit', displayName: organ.name, unitId: organ.id });
    return { persons: [], accounts: [mailbox], positions: [] };
  }
  if (seat === 'clerk_mailbox') {
    return staffMember({
      address: `${clerkMailbox}${blueprint.mailboxSuffix}@${domain}`,
      kind: 'role',
      accountName: `Văn thư ${organ.name}`,
      personName: drawn.displayName,
      posts,
      validFrom,
    });
  }
  const localPart = wellKnownLocalPart(blueprint.slug, seat, ordinal) ?? drawn.localPart;
  const audits = blueprint.slug === auditingOrgan && seat === 'deputy' && ordinal === 0;
  return staffMember({
    address: `${localPart}@${domain}`,
    kind: 'personal',
    personName: drawn.displayName,
    posts: audits ? [...posts, auditorPost(organ, blueprint.rankBase)] : posts,
    validFrom,
  });
}

/** Everyone of an organ, in the order of its seats. */
export function staffOfOrgan(blueprint: OrganBlueprint, units: OrganUnits, roster: DomainRoster): Staff[] {
  const seen = new Map<Seat, number>();
  return blueprint.seats.map((seat) => {
    const ordinal = seen.get(seat) ?? 0;
    seen.set(seat, ordinal + 1);
    return seatStaff(blueprint, units, roster.next(), roster.fqdn, seat, ordinal);
  });
}
