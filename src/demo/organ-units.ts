import type { OrgUnit } from '#domain/organisation/organisation.ts';
import { demoId, fqdnOf } from './demo-ids.ts';
import { abbreviationOf } from './inner-units.ts';
import type { OrganBlueprint } from './organ-blueprints.ts';

/** An organ with the units within it. */
export interface OrganUnits {
  readonly organ: OrgUnit;
  /** The unit that the office chief leads. */
  readonly office?: OrgUnit;
  /** One per unit head. */
  readonly inner: readonly OrgUnit[];
}

/** Inner units are numbered from here, apart from the organs that hang under the same one. */
const firstInnerNumber = 101;

/** The key of an inner unit; 0 is the office. */
export function innerUnitKey(organSlug: string, ordinal: number): string {
  return `${organSlug}/${ordinal}`;
}

export function unitsOfOrgan(blueprint: OrganBlueprint, validFrom: Date): OrganUnits {
  const domainId = demoId('domain', fqdnOf(blueprint.domainSlug));
  const organ: OrgUnit = {
    id: demoId('unit', blueprint.slug),
    organId: blueprint.organId,
    code: blueprint.code,
    name: blueprint.name,
    kind: blueprint.kind,
    level: blueprint.level,
    ...(blueprint.adminCode === undefined ? {} : { adminCode: blueprint.adminCode }),
    ...(blueprint.parentSlug === undefined ? {} : { parentId: demoId('unit', blueprint.parentSlug) }),
    domainId,
    isOrgan: true,
    validFrom,
  };
  const innerUnit = (ordinal: number, name: string, parentId: string): OrgUnit => ({
    id: demoId('unit', innerUnitKey(blueprint.slug, ordinal)),
    organId: `${blueprint.organId}.${firstInnerNumber + ordinal}`,
    code: abbreviationOf(name),
    name,
    kind: blueprint.innerKind,
    level: blueprint.level,
    parentId,
    domainId,
    isOrgan: false,
    validFrom,
  });

  const { officeName } = blueprint.titles;
  const hasOffice = officeName !== undefined && blueprint.seats.includes('office_chief');
  const office = hasOffice ? innerUnit(0, officeName, organ.id) : undefined;
  // The rooms of the People's Committee belong to its Office: the Committee itself is only its members.
  const innerParent = blueprint.kind === 'province_pc' && office !== undefined ? office : organ;
  const innerCount = blueprint.seats.filter((seat) => seat === 'unit_head').length;
  const inner = Array.from({ length: innerCount }, (_, at) => {
    const name = blueprint.innerNames[at];
    if (name === undefined) throw new RangeError(`No name for inner unit ${at + 1} of ${blueprint.slug}.`);
    return innerUnit(at + 1, name, innerParent.id);
  });
  return { organ, inner, ...(office === undefined ? {} : { office }) };
}
