import { districts } from './communes.ts';
import { shareByWeight } from './largest-remainder.ts';
import { provincialOrgans } from './provincial-organs.ts';

export type DemoSize = 'tiny' | 'demo' | 'full';

/** Which organs a size of the demo has, by slug, and how many accounts each of them gets. */
export interface StaffingPlan {
  readonly organs: ReadonlyMap<string, number>;
  readonly districts: ReadonlyMap<string, number>;
  readonly communes: ReadonlyMap<string, number>;
}

interface Quota {
  readonly organBase: number;
  /** Shared among the province-level organs by weight, on top of the base. */
  readonly organWeighted: number;
  readonly districtBase: number;
  readonly districtPerCommune: number;
  readonly commune: number;
}

const quotas: Readonly<Record<'demo' | 'full', Quota>> = {
  demo: { organBase: 5, organWeighted: 74, districtBase: 9, districtPerCommune: 0, commune: 3 },
  full: { organBase: 20, organWeighted: 3_774, districtBase: 150, districtPerCommune: 4, commune: 24 },
};

const tinyPlan: StaffingPlan = {
  organs: new Map([
    ['vpubnd', 16],
    ['stttt', 12],
  ]),
  districts: new Map([['phanthiet', 14]]),
  communes: new Map([
    ['muine', 6],
    ['phuthuy', 6],
    ['thiennghiep', 6],
  ]),
};

/** 60 accounts in tiny, 800 in demo, 9,850 in full; the addresses on the apex are not among them. */
export function staffingPlan(size: DemoSize): StaffingPlan {
  if (size === 'tiny') return tinyPlan;
  const quota = quotas[size];
  const shares = shareByWeight(quota.organWeighted, provincialOrgans);
  return {
    organs: new Map(
      provincialOrgans.map(({ slug }) => [slug, quota.organBase + (shares.get(slug) ?? 0)] as const),
    ),
    districts: new Map(
      districts.map(
        ({ slug, communes }) =>
          [slug, quota.districtBase + quota.districtPerCommune * communes.length] as const,
      ),
    ),
    communes: new Map(
      districts.flatMap(({ communes }) => communes.map(({ slug }) => [slug, quota.commune] as const)),
    ),
  };
}
