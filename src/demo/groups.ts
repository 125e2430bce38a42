import type { RecipientGroup } from '#domain/organisation/organisation.ts';
import { districts } from './communes.ts';
import { communeDomainSlug, demoId } from './demo-ids.ts';
import type { OrganBlueprint } from './organ-blueprints.ts';

/** The People's Committee commands the departments and is not one of them; the People's Council is not under it. */
function isDepartment(blueprint: OrganBlueprint): boolean {
  return (blueprint.kind === 'dept' || blueprint.kind === 'agency') && blueprint.parentSlug !== undefined;
}

function group(slug: string, name: string, members: readonly OrganBlueprint[]): RecipientGroup {
  return {
    id: demoId('group', slug),
    slug,
    name,
    unitIds: members.map((member) => demoId('unit', member.slug)),
    personIds: [],
  };
}

/** The usual addressees of a directive, with whatever of them exists; a group without members is left out. */
export function groupsOf(blueprints: readonly OrganBlueprint[]): RecipientGroup[] {
  const ofLevel = (level: OrganBlueprint['level']) => blueprints.filter((one) => one.level === level);
  const communes = ofLevel('commune');
  return [
    group('10-huyen', '10 huyện, thị xã, thành phố', ofLevel('district')),
    group('so-nganh', 'Các sở, ban, ngành', blueprints.filter(isDepartment)),
    group('127-xa', 'Các xã, phường, thị trấn', communes),
    ...districts.map((district) =>
      group(
        communeDomainSlug(district.slug),
        `Các xã, phường, thị trấn thuộc ${district.type} ${district.name}`,
        communes.filter((commune) => commune.parentSlug === district.slug),
      ),
    ),
  ].filter(({ unitIds }) => unitIds.length > 0);
}
