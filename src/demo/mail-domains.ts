import type { Level, MailDomain } from '#domain/organisation/organisation.ts';
import { apexDomain, communeDomainSlug, demoId, fqdnOf } from './demo-ids.ts';
import type { StaffingPlan } from './staffing.ts';

function domain(slug: string, level: Level, unitSlug: string): MailDomain {
  const fqdn = fqdnOf(slug);
  return {
    id: demoId('domain', fqdn),
    fqdn,
    level,
    unitId: demoId('unit', unitSlug),
    system: false,
  };
}

/**
 * The apex, one domain per province-level organ, and two per district: its own and the one of all its communes, which
 * the district looks after.
 */
export function mailDomainsOf(plan: StaffingPlan): MailDomain[] {
  return [
    { id: demoId('domain', apexDomain), fqdn: apexDomain, level: 'province', system: true },
    ...[...plan.organs.keys()].map((slug) => domain(slug, 'province', slug)),
    ...[...plan.districts.keys()].flatMap((slug) => [
      domain(slug, 'district', slug),
      domain(communeDomainSlug(slug), 'district', slug),
    ]),
  ];
}
