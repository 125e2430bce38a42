import type { OrgUnit } from '#domain/organisation/organisation.ts';
import { apexDomain, demoId, fqdnOf } from './demo-ids.ts';
import { displayNameOf, drawName } from './names.ts';
import { accountOf, staffMember, type Staff } from './organ-staff.ts';
import { seededRandom } from './prng.ts';
import { administratorTitle } from './titles.ts';

/** The address that an issuing leader may write to, so that the mail becomes a draft directive. */
const directiveAddress = `chidao@${apexDomain}`;
const administratorAddress = `admin@${apexDomain}`;

const postmasterAddress = `postmaster@${apexDomain}`;

/** The unit that runs the hub, within the organ of `parent`. Its number stays clear of all other inner units. */
export function administrationUnit(parent: OrgUnit): OrgUnit {
  return {
    id: demoId('unit', 'quantri'),
    organId: `${parent.organId}.199`,
    code: 'QTHT',
    name: 'Tổ Quản trị hệ thống',
    kind: 'agency',
    level: 'province',
    parentId: parent.id,
    domainId: demoId('domain', fqdnOf('vpubnd')),
    isOrgan: false,
    validFrom: parent.validFrom,
  };
}

/**
 * The accounts on the apex. The administrator has one position, with the authority `admin`: it runs the system and opens
 * no content (domain.md §5.3). The other two are read by the hub and by the administration unit, not by a person.
 */
export function systemStaff(unit: OrgUnit): Staff[] {
  const administrator = displayNameOf(drawName(seededRandom(`binhthuan-2016/${apexDomain}/0`)));
  return [
    staffMember({
      address: administratorAddress,
      kind: 'system',
      accountName: administratorTitle,
      personName: administrator,
      posts: [{ unit, title: administratorTitle, authority: 'admin', rank: 900 }],
      validFrom: unit.validFrom,
    }),
    {
      persons: [],
      accounts: [
        accountOf({
          address: directiveAddress,
          kind: 'system',
          displayName: 'Hệ thống chỉ đạo, điều hành tỉnh Bình Thuận',
        }),
        accountOf({
          address: postmasterAddress,
          kind: 'system',
          displayName: 'Quản trị thư điện tử',
          unitId: unit.id,
        }),
      ],
      positions: [],
    },
  ];
}
