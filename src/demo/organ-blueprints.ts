import type { Level, UnitKind } from '#domain/organisation/organisation.ts';
import { districts, type Commune, type District } from './communes.ts';
import { communeDomainSlug } from './demo-ids.ts';
import { communeInnerUnits, districtInnerUnits, provincialInnerUnits } from './inner-units.ts';
import { provincialOrgans, type ProvincialOrgan } from './provincial-organs.ts';
import { seatsOf, type Seat } from './seats.ts';
import type { StaffingPlan } from './staffing.ts';
import { communeTitles, districtTitles, provincialTitles, type OrganTitles } from './titles.ts';

/** All that is needed to make one organ: its unit, its inner units and its accounts. */
export interface OrganBlueprint {
  readonly slug: string;
  readonly organId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: UnitKind;
  /** The kind of its inner units. */
  readonly innerKind: UnitKind;
  readonly level: Level;
  readonly adminCode?: string;
  readonly parentSlug?: string;
  readonly domainSlug: string;
  /** Follows the local part of the organ's mailboxes where several organs share a domain, e.g. `.muine`. */
  readonly mailboxSuffix: string;
  readonly seats: readonly Seat[];
  readonly titles: OrganTitles;
  readonly innerNames: readonly string[];
  /** Ranks of the organ's posts start here, so that the province stands above the district. */
  readonly rankBase: number;
}

/** The province's own identification code; organs below append their number. */
const provinceOrganId = 'H11';
const rootSlug = 'vpubnd';

/** The People's Council and the root stand beside each other; every other organ hangs under the People's Committee. */
function parentSlugOf(organ: ProvincialOrgan): { parentSlug?: string } {
  return organ.slug === rootSlug || organ.style === 'council' ? {} : { parentSlug: rootSlug };
}

function provincialBlueprint(organ: ProvincialOrgan, ordinal: number, accounts: number): OrganBlueprint {
  const isRoot = organ.slug === rootSlug;
  return {
    slug: organ.slug,
    organId: isRoot ? provinceOrganId : `${provinceOrganId}.${ordinal}`,
    code: organ.code,
    name: organ.name,
    kind: organ.kind,
    innerKind: isRoot ? 'agency' : organ.kind,
    level: 'province',
    ...parentSlugOf(organ),
    domainSlug: organ.slug,
    mailboxSuffix: '',
    seats: seatsOf('province', accounts),
    titles: provincialTitles[organ.style],
    innerNames: provincialInnerUnits(organ.slug),
    rankBase: isRoot ? 0 : 100,
  };
}

function districtBlueprint(district: District, organId: string, accounts: number): OrganBlueprint {
  return {
    slug: district.slug,
    organId,
    code: 'UBND',
    name: `Ủy ban nhân dân ${district.type} ${district.name}`,
    kind: 'district_pc',
    innerKind: 'district_office',
    level: 'district',
    adminCode: district.adminCode,
    parentSlug: rootSlug,
    domainSlug: district.slug,
    mailboxSuffix: '',
    seats: seatsOf('district', accounts),
    titles: districtTitles(district.type),
    innerNames: districtInnerUnits,
    rankBase: 200,
  };
}

function communeBlueprint(
  commune: Commune,
  district: District,
  organId: string,
  accounts: number,
): OrganBlueprint {
  return {
    slug: commune.slug,
    organId,
    code: 'UBND',
    name: `Ủy ban nhân dân ${commune.type} ${commune.name}`,
    kind: 'commune_pc',
    innerKind: 'commune_pc',
    level: 'commune',
    adminCode: commune.adminCode,
    parentSlug: district.slug,
    domainSlug: communeDomainSlug(district.slug),
    mailboxSuffix: `.${commune.slug}`,
    seats: seatsOf('commune', accounts),
    titles: communeTitles(commune.type),
    innerNames: communeInnerUnits,
    rankBase: 300,
  };
}

/** The organs of a plan, each after the one it hangs under. Their codes do not depend on the size of the demo. */
export function organBlueprints(plan: StaffingPlan): OrganBlueprint[] {
  const provincial = provincialOrgans.flatMap((organ, at) => {
    const accounts = plan.organs.get(organ.slug);
    return accounts === undefined ? [] : [provincialBlueprint(organ, at + 1, accounts)];
  });
  const local = districts.flatMap((district, at) => {
    const accounts = plan.districts.get(district.slug);
    if (accounts === undefined) return [];
    const organId = `${provinceOrganId}.${provincialOrgans.length + at + 1}`;
    const communes = district.communes.flatMap((commune, communeAt) => {
      const staff = plan.communes.get(commune.slug);
      return staff === undefined
        ? []
        : [communeBlueprint(commune, district, `${organId}.${communeAt + 1}`, staff)];
    });
    return [districtBlueprint(district, organId, accounts), ...communes];
  });
  return [...provincial, ...local];
}
