import { describe, expect, test } from 'vitest';
import { demoProvince } from '#demo/province.ts';
import type { DemoSize } from '#demo/staffing.ts';
import { isValidAt, type Account } from '#domain/organisation/organisation.ts';
import { countedAccounts, countedDomains, type Province } from '#domain/organisation/province.ts';

const validFrom = new Date('2016-04-01T00:00:00Z');
const sizes: readonly DemoSize[] = ['tiny', 'demo', 'full'];
const provinces: Readonly<Record<DemoSize, Province>> = {
  tiny: demoProvince({ size: 'tiny', validFrom }),
  demo: demoProvince({ size: 'demo', validFrom }),
  full: demoProvince({ size: 'full', validFrom }),
};
const { full } = provinces;

function accountsPerDomain(province: Province): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const account of countedAccounts(province)) {
    const fqdn = account.address.slice(account.address.indexOf('@') + 1);
    const slug = fqdn.replace('.binhthuan.example', '');
    counts.set(slug, (counts.get(slug) ?? 0) + 1);
  }
  return counts;
}

function accountAt(province: Province, address: string): Account {
  const account = province.accounts.find((one) => one.address === address);
  if (account === undefined) throw new Error(`${address} is missing`);
  return account;
}

function positionsOf(province: Province, address: string) {
  const { personId } = accountAt(province, address);
  return province.positions.filter((position) => position.personId === personId);
}

describe('demoProvince in full', () => {
  test('it has exactly 71 domains, 9,850 accounts and 127 communes', () => {
    expect(countedDomains(full)).toHaveLength(71);
    expect(countedAccounts(full)).toHaveLength(9_850);
    const communes = full.units.filter((unit) => unit.kind === 'commune_pc' && unit.isOrgan);
    expect(communes).toHaveLength(127);
  });

  test('it shares the accounts out: 3,048 in communes, 2,008 in districts, 4,794 at province level', () => {
    const sums = { commune: 0, district: 0, province: 0 };
    const districtDomains = new Set(
      full.domains.filter((domain) => domain.level === 'district').map((domain) => domain.fqdn.split('.')[0]),
    );
    for (const [slug, count] of accountsPerDomain(full)) {
      if (slug.startsWith('xa-')) sums.commune += count;
      else if (districtDomains.has(slug)) sums.district += count;
      else sums.province += count;
    }
    expect(sums).toEqual({ commune: 3_048, district: 2_008, province: 4_794 });
  });

  test('it gives each domain its number of accounts', () => {
    const counts = accountsPerDomain(full);
    expect(counts.get('sgddt')).toBe(228);
    expect(counts.get('vpubnd')).toBe(158);
    expect(counts.get('stttt')).toBe(89);
    expect(counts.get('phanthiet')).toBe(222);
    expect(counts.get('phuquy')).toBe(162);
    expect(counts.get('xa-phanthiet')).toBe(18 * 24);
    expect(Math.min(...counts.values())).toBe(43);
  });

  test('it has 51 organs at province level and 10 districts', () => {
    const organs = full.units.filter((unit) => unit.isOrgan);
    expect(organs.filter((unit) => unit.level === 'province')).toHaveLength(51);
    expect(organs.filter((unit) => unit.level === 'district')).toHaveLength(10);
    expect(organs).toHaveLength(51 + 10 + 127);
  });

  test('it gives communes their statistics code and twin communes names of their own in mail', () => {
    const twins = full.accounts.filter((account) => account.localPart.startsWith('vanthu.tanha-'));
    expect(twins.map((account) => account.address)).toEqual([
      'vanthu.tanha-duclinh@xa-duclinh.binhthuan.example',
      'vanthu.tanha-hamtan@xa-hamtan.binhthuan.example',
    ]);
    const muine = full.units.find((unit) => unit.name === 'Ủy ban nhân dân phường Mũi Né');
    expect(muine?.adminCode).toBe('22915');
  });
});

describe('demoProvince in other sizes', () => {
  test('it makes 60 accounts of three organs and three communes in tiny', () => {
    expect(countedAccounts(provinces.tiny)).toHaveLength(60);
    const organs = provinces.tiny.units.filter((unit) => unit.isOrgan);
    expect(organs.map((unit) => unit.level)).toEqual([
      'province',
      'province',
      'district',
      'commune',
      'commune',
      'commune',
    ]);
  });

  test('it makes 800 accounts with every domain and organ in demo', () => {
    expect(countedAccounts(provinces.demo)).toHaveLength(800);
    expect(countedDomains(provinces.demo)).toHaveLength(71);
    expect(provinces.demo.units.filter((unit) => unit.isOrgan)).toHaveLength(188);
  });

  test('it gives an organ the same id in every size', () => {
    const ids = new Set(full.units.map((unit) => unit.id));
    for (const unit of [...provinces.tiny.units, ...provinces.demo.units]) {
      if (unit.isOrgan) expect(ids).toContain(unit.id);
    }
  });

  test('it delegates from the chair to the vice-chair in demo and full', () => {
    expect(provinces.tiny.delegations).toHaveLength(0);
    for (const province of [provinces.demo, full]) {
      const [delegation] = province.delegations;
      const [from] = positionsOf(province, 'chutich@vpubnd.binhthuan.example');
      const [to] = positionsOf(province, 'phochutich@vpubnd.binhthuan.example');
      expect(delegation).toMatchObject({ fromPositionId: from?.id, toPositionId: to?.id, scope: 'direct' });
      expect(delegation !== undefined && isValidAt(delegation, validFrom)).toBe(true);
    }
  });
});

describe.each(sizes)('demoProvince (%s)', (size) => {
  const province = provinces[size];

  test('it is the same value every time', () => {
    expect(demoProvince({ size, validFrom })).toEqual(province);
  });

  test('it repeats no id, address, staff code, domain or organ code', () => {
    const lists = [
      [...province.domains, ...province.units, ...province.persons, ...province.accounts].map(
        (one) => one.id,
      ),
      [...province.positions, ...province.delegations, ...province.groups].map((one) => one.id),
      province.accounts.map((account) => account.address),
      province.persons.map((person) => person.staffCode),
      province.domains.map((domain) => domain.fqdn),
      province.units.map((unit) => unit.organId),
    ];
    for (const list of lists) expect(new Set(list).size).toBe(list.length);
  });

  test('it puts every parent before its children', () => {
    const seen = new Set<string>();
    for (const unit of province.units) {
      if (unit.parentId !== undefined) expect(seen).toContain(unit.parentId);
      seen.add(unit.id);
    }
  });

  test('it refers only to what it has', () => {
    const units = new Set(province.units.map((unit) => unit.id));
    const domains = new Set(province.domains.map((domain) => domain.id));
    const persons = new Set(province.persons.map((person) => person.id));
    const dangling = [
      ...province.domains.filter((one) => one.unitId !== undefined && !units.has(one.unitId)),
      ...province.units.filter((one) => one.domainId !== undefined && !domains.has(one.domainId)),
      ...province.accounts.filter((one) => !domains.has(one.domainId)),
      ...province.accounts.filter((one) => one.unitId !== undefined && !units.has(one.unitId)),
      ...province.accounts.filter((one) => one.personId !== undefined && !persons.has(one.personId)),
      ...province.positions.filter((one) => !units.has(one.unitId) || !persons.has(one.personId)),
      ...province.groups.filter((one) => one.unitIds.some((id) => !units.has(id))),
    ];
    expect(dangling).toEqual([]);
  });

  test('it writes each address as local part and domain, in lower case', () => {
    const fqdns = new Map(province.domains.map((domain) => [domain.id, domain.fqdn]));
    for (const account of province.accounts) {
      expect(account.address).toBe(`${account.localPart}@${fqdns.get(account.domainId)}`);
      expect(account.address).toMatch(/^[a-z0-9.-]+@[a-z0-9.-]+\.example$/);
    }
  });

  test('it keeps organ codes within 13 characters and staff codes in their form', () => {
    for (const unit of province.units) expect(unit.organId.length).toBeLessThanOrEqual(13);
    for (const person of province.persons) expect(person.staffCode).toMatch(/^BT[0-9A-V]{8}$/);
  });

  test('it gives every organ a head, its own mailbox and a clerk with the role mailbox', () => {
    const heads = new Set(
      province.positions.filter((one) => one.authority === 'head').map((one) => one.unitId),
    );
    const clerks = new Set(
      province.positions.filter((one) => one.authority === 'clerk').map((one) => one.unitId),
    );
    const ofKind = (kind: Account['kind']) =>
      new Set(province.accounts.filter((one) => one.kind === kind).map((one) => one.unitId));
    const organs = province.units.filter((unit) => unit.isOrgan).map((unit) => unit.id);
    for (const members of [heads, clerks, ofKind('unit'), ofKind('role')]) {
      expect(organs.filter((id) => !members.has(id))).toEqual([]);
    }
  });

  test('it gives every inner unit but the administration a head of its own', () => {
    const led = new Set(
      province.positions.filter((one) => one.authority === 'unit_head').map((one) => one.unitId),
    );
    const leaderless = province.units.filter((unit) => !unit.isOrgan && !led.has(unit.id));
    expect(leaderless.map((unit) => unit.name)).toEqual(['Tổ Quản trị hệ thống']);
  });

  test('it gives every person one primary position, valid from the start', () => {
    const primaries = province.positions.filter((position) => position.isPrimary);
    expect(primaries.map((position) => position.personId).sort()).toEqual(
      province.persons.map((person) => person.id).sort(),
    );
    expect(province.positions.every((position) => position.validFrom === validFrom)).toBe(true);
  });

  test.each([
    ['chutich@vpubnd', 'head', 'personal'],
    ['phochutich@vpubnd', 'deputy', 'personal'],
    ['vanthu@vpubnd', 'clerk', 'role'],
    ['giamdoc@stttt', 'head', 'personal'],
    ['chutich@phanthiet', 'head', 'personal'],
    ['vanthu@phanthiet', 'clerk', 'role'],
  ])('it has %s with the authority %s', (name, authority, kind) => {
    const address = `${name}.binhthuan.example`;
    expect(accountAt(province, address).kind).toBe(kind);
    expect(positionsOf(province, address).map((position) => position.authority)).toEqual([authority]);
  });

  test('it has one auditor, of the inspectorate, where there is one', () => {
    const auditors = province.positions.filter((position) => position.authority === 'auditor');
    const inspectorate = province.domains.some((domain) => domain.fqdn === 'thanhtra.binhthuan.example');
    expect(auditors).toHaveLength(inspectorate ? 1 : 0);
    if (inspectorate)
      expect(
        positionsOf(province, 'kiemtra@thanhtra.binhthuan.example').map(({ authority }) => authority),
      ).toEqual(['deputy', 'auditor']);
  });

  test('it keeps only system addresses on the apex, and the administrator has no other authority', () => {
    const apex = province.domains.find((domain) => domain.system);
    const system = province.accounts.filter((account) => account.domainId === apex?.id);
    expect(system.map((account) => [account.address, account.kind])).toEqual([
      ['admin@binhthuan.example', 'system'],
      ['chidao@binhthuan.example', 'system'],
      ['postmaster@binhthuan.example', 'system'],
    ]);
    expect(province.accounts.filter((account) => account.kind === 'system')).toHaveLength(3);
    const authorities = positionsOf(province, 'admin@binhthuan.example').map((one) => one.authority);
    expect(authorities).toEqual(['admin']);
  });

  test('it ranks the chair above everyone', () => {
    const [first] = [...province.positions].sort((a, b) => a.rank - b.rank);
    expect(positionsOf(province, 'chutich@vpubnd.binhthuan.example')).toContainEqual(first);
  });

  test('it groups the usual addressees', () => {
    const sizesOf = Object.fromEntries(province.groups.map((group) => [group.slug, group.unitIds.length]));
    const levels = (level: string) =>
      province.units.filter((unit) => unit.isOrgan && unit.level === level).length;
    expect(sizesOf['10-huyen']).toBe(levels('district'));
    expect(sizesOf['127-xa']).toBe(levels('commune'));
    expect(sizesOf['so-nganh']).toBe(size === 'tiny' ? 1 : 26);
    expect(province.groups.filter((group) => group.slug.startsWith('xa-'))).toHaveLength(levels('district'));
  });
});

describe.each(sizes)('mail groups of the demo province, %s', (size) => {
  const province = provinces[size];

  test('they have addresses of their own, on domains of the province, and officers who exist', () => {
    const accounts = new Set(province.accounts.map(({ id }) => id));
    const taken = new Set(province.accounts.map(({ address }) => address));
    const domains = new Set(province.domains.map(({ fqdn }) => fqdn));
    for (const group of province.mailGroups) {
      expect(taken).not.toContain(group.address);
      taken.add(group.address);
      expect(domains).toContain(group.address.split('@')[1]);
      for (const id of [...group.writerIds, ...group.moderatorIds]) expect(accounts).toContain(id);
    }
  });

  test('they let only leaders and their office write to the whole province', () => {
    const everyone = province.mailGroups.find(({ source }) => source === 'everyone');
    expect(everyone).toMatchObject({ address: 'toan-tinh@binhthuan.example', writers: 'listed' });
    expect(everyone?.writerIds).toHaveLength(3);
  });
});
