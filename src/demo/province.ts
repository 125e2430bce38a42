import type { Delegation } from '#domain/organisation/organisation.ts';
import type { Province } from '#domain/organisation/province.ts';
import { demoId, fqdnOf } from './demo-ids.ts';
import { createDomainRoster, type DomainRoster } from './domain-roster.ts';
import { groupsOf } from './groups.ts';
import { mailGroupsOf } from './mail-groups.ts';
import { mailDomainsOf } from './mail-domains.ts';
import { organBlueprints } from './organ-blueprints.ts';
import { positionIdOf, staffOfOrgan } from './organ-staff.ts';
import { unitsOfOrgan } from './organ-units.ts';
import { staffingPlan, type DemoSize } from './staffing.ts';
import { administrationUnit, systemStaff } from './system-accounts.ts';

export interface DemoProvinceOptions {
  readonly size: DemoSize;
  /** From when units, positions and the delegation are valid. */
  readonly validFrom: Date;
}

/** A delegation is limited in time; this one is long, so that a demo left running still shows it. */
const delegationDays = 365;
const dayMs = 24 * 60 * 60 * 1000;

/** The Chair lets the first Vice-Chair direct by authority (TUQ.) while travelling. */
function chairDelegation(validFrom: Date): Delegation {
  return {
    id: demoId('delegation', 'chutich/phochutich'),
    fromPositionId: positionIdOf(`chutich@${fqdnOf('vpubnd')}`),
    toPositionId: positionIdOf(`phochutich@${fqdnOf('vpubnd')}`),
    scope: 'direct',
    documentRef: 'Văn bản ủy quyền số 01/UQ-UBND',
    validFrom,
    validTo: new Date(validFrom.getTime() + delegationDays * dayMs),
  };
}

/**
 * The demo province, Bình Thuận as it was organised in 2016 with fictional people: the same value for the same options,
 * on every machine. Full has 71 domains and 9,850 accounts besides the apex and its system addresses.
 */
export function demoProvince(options: DemoProvinceOptions): Province {
  const { size, validFrom } = options;
  const plan = staffingPlan(size);
  const blueprints = organBlueprints(plan);
  const rosters = new Map<string, DomainRoster>();
  const rosterOf = (domainSlug: string): DomainRoster => {
    const roster = rosters.get(domainSlug) ?? createDomainRoster(fqdnOf(domainSlug));
    rosters.set(domainSlug, roster);
    return roster;
  };

  const organs = blueprints.map((blueprint) => ({ blueprint, units: unitsOfOrgan(blueprint, validFrom) }));
  const [root] = organs;
  if (root === undefined) throw new RangeError('A province has at least one organ.');
  const administration = administrationUnit(root.units.office ?? root.units.organ);
  const staff = [
    ...systemStaff(administration),
    ...organs.flatMap(({ blueprint, units }) =>
      staffOfOrgan(blueprint, units, rosterOf(blueprint.domainSlug)),
    ),
  ];

  const province = {
    domains: mailDomainsOf(plan),
    units: [
      ...organs.flatMap(({ units }) => [
        units.organ,
        ...(units.office === undefined ? [] : [units.office]),
        ...units.inner,
      ]),
      administration,
    ],
    persons: staff.flatMap((part) => part.persons),
    accounts: staff.flatMap((part) => part.accounts),
    positions: staff.flatMap((part) => part.positions),
    delegations: size === 'tiny' ? [] : [chairDelegation(validFrom)],
    groups: groupsOf(blueprints),
  };
  return { ...province, mailGroups: mailGroupsOf(province) };
}
