import type { Authority, OrgUnit, Position } from '#domain/organisation/organisation.ts';
import type { OrganBlueprint } from './organ-blueprints.ts';
import type { OrganUnits } from './organ-units.ts';
import type { Seat } from './seats.ts';
import { auditorTitle, clerkTitle, counterTitle, unitHeadTitle } from './titles.ts';

/** A post before somebody holds it. */
export interface Post {
  readonly unit: OrgUnit;
  readonly title: string;
  readonly authority: Authority;
  readonly rank: number;
  readonly signingAuthority?: NonNullable<Position['signingAuthority']>;
}

const rankSteps = { head: 10, deputy: 20, office_chief: 30, unit_head: 40, staff: 50 } as const;

function unitHeadPost(unit: OrgUnit, title: string, rank: number): Post {
  return { unit, title, authority: 'unit_head', rank, signingAuthority: 'TL' };
}

/** The office chief stands for the whole organ and leads its office besides. */
function officeChiefPosts(blueprint: OrganBlueprint, units: OrganUnits): Post[] {
  const title = blueprint.titles.officeChief;
  const rank = blueprint.rankBase + rankSteps.office_chief;
  return [
    { unit: units.organ, title, authority: 'office_chief', rank, signingAuthority: 'TL' },
    ...(units.office === undefined ? [] : [unitHeadPost(units.office, title, rank)]),
  ];
}

/** Whoever reads the audit is of the inspectorate (thanh tra), and has another post there. */
export const auditingOrgan = 'thanhtra';

export function auditorPost(unit: OrgUnit, rankBase: number): Post {
  return { unit, title: auditorTitle, authority: 'auditor', rank: rankBase + rankSteps.staff };
}

/** Specialists are spread evenly over the inner units; an organ without any keeps them itself. */
function specialistUnit(units: OrganUnits, ordinal: number): OrgUnit {
  const places = [...units.inner, ...(units.office === undefined ? [] : [units.office])];
  return places[ordinal % Math.max(1, places.length)] ?? units.organ;
}

function innerUnitAt(units: OrganUnits, ordinal: number): OrgUnit {
  const unit = units.inner[ordinal];
  if (unit === undefined) throw new RangeError(`${units.organ.name} has no inner unit ${ordinal + 1}.`);
  return unit;
}

/**
 * The posts that the holder of a seat has, the main one first. `ordinal` counts the seats of the same kind from 0. The
 * organ's own mailbox belongs to nobody and has none.
 */
export function postsOf(blueprint: OrganBlueprint, units: OrganUnits, seat: Seat, ordinal: number): Post[] {
  const { titles, rankBase } = blueprint;
  const { organ } = units;
  const staffRank = rankBase + rankSteps.staff;
  switch (seat) {
    case 'organ_mailbox':
      return [];
    case 'head': {
      const head: Post = {
        unit: organ,
        title: titles.head,
        authority: 'head',
        rank: rankBase + rankSteps.head,
      };
      return [titles.collective ? { ...head, signingAuthority: 'TM' } : head];
    }
    case 'deputy': {
      const rank = rankBase + rankSteps.deputy + ordinal;
      return [{ unit: organ, title: titles.deputy, authority: 'deputy', rank, signingAuthority: 'KT' }];
    }
    case 'office_chief':
      return officeChiefPosts(blueprint, units);
    case 'unit_head': {
      const unit = innerUnitAt(units, ordinal);
      return [unitHeadPost(unit, unitHeadTitle(unit.name), rankBase + rankSteps.unit_head)];
    }
    case 'clerk_mailbox':
    case 'clerk':
      return [{ unit: organ, title: clerkTitle, authority: 'clerk', rank: staffRank }];
    case 'counter':
      return [{ unit: organ, title: counterTitle, authority: 'counter', rank: staffRank }];
    case 'specialist': {
      const unit = specialistUnit(units, ordinal);
      return [{ unit, title: titles.specialist, authority: 'specialist', rank: staffRank }];
    }
  }
}
