import type { Province, ProvinceMailGroup } from '#domain/organisation/province.ts';
import { apexDomain, demoId, fqdnOf } from './demo-ids.ts';
import { clerkMailbox } from './well-known.ts';

/** Who may write to the whole province: its leaders and the clerk of its office. */
const provinceWriters = ['chutich', 'phochutich', clerkMailbox].map(
  (local) => `${local}@${fqdnOf('vpubnd')}`,
);

/**
 * The groups that people write to: the whole province, which only a few may, and everyone of an organ, which anybody in
 * the province may and whose clerk (văn thư) approves.
 */
export function mailGroupsOf(province: Omit<Province, 'mailGroups'>): readonly ProvinceMailGroup[] {
  const accounts = new Map(province.accounts.map(({ id, address }) => [address, id]));
  const idsOf = (addresses: readonly string[]): string[] =>
    addresses.flatMap((one) => accounts.get(one) ?? []);
  const units = new Map(province.units.map((unit) => [unit.id, unit]));
  const organs = province.domains.flatMap((domain): ProvinceMailGroup[] => {
    const unit = domain.unitId === undefined ? undefined : units.get(domain.unitId);
    // Below the People's Committee lies everyone.
    if (unit === undefined || domain.system || unit.kind === 'province_pc') return [];
    const moderatorIds = idsOf([`${clerkMailbox}@${domain.fqdn}`]);
    if (moderatorIds.length === 0) return [];
    const address = `tat-ca@${domain.fqdn}`;
    return [
      {
        id: demoId('group', address),
        address,
        name: `Toàn thể ${unit.name}`,
        source: 'organ',
        sourceValue: unit.id,
        writers: 'province',
        moderation: 'all',
        writerIds: [],
        moderatorIds,
      },
    ];
  });
  const everyone = `toan-tinh@${apexDomain}`;
  return [
    {
      id: demoId('group', everyone),
      address: everyone,
      name: 'Toàn tỉnh',
      source: 'everyone',
      writers: 'listed',
      moderation: 'none',
      writerIds: idsOf(provinceWriters),
      moderatorIds: [],
    },
    ...organs,
  ];
}
