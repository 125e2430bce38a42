import type { Actor, HeldPosition } from '#domain/access/actor.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';

export interface ActorRow {
  readonly account_id: string;
  readonly address: string;
  readonly display_name: string;
  readonly kind: AccountKind;
  readonly locale: 'vi' | 'en';
  readonly person_id: string | null;
  readonly unit_id: string | null;
  readonly unit_name: string | null;
  readonly organ_id: string | null;
  readonly positions:
    | (Omit<HeldPosition, 'organId'> & {
        organId: string | null;
        delegatedScope: HeldPosition['delegatedScope'] | null;
        holderName: string | null;
      })[]
    | null;
}

/**
 * Columns of an account `a` as an actor at `$moment`: everything a decision needs, in one statement, so that a sign-in
 * storm costs one query a client.
 */
export function actorColumns(moment: string): string {
  const position = (table: string, scope: string, holder: string) => `jsonb_build_object(
      'positionId', ${table}.id, 'unitId', ${table}.unit_id, 'organId', organ_of(${table}.unit_id), 'unitPath', unit_path(${table}.unit_id),
      'unitName', n.name, 'unitKind', n.kind, 'title', ${table}.title, 'authority', ${table}.authority,
      'rank', ${table}.rank, 'delegatedScope', ${scope}, 'holderName', ${holder})`;
  const valid = (table: string) =>
    `${table}.valid_from <= ${moment} and (${table}.valid_to is null or ${moment} < ${table}.valid_to)`;
  return `a.id as account_id, a.address, a.display_name, a.kind, a.locale, a.person_id, a.unit_id,
    (select name from org_unit where id = a.unit_id) as unit_name, organ_of(a.unit_id) as organ_id,
    (select jsonb_agg(held.position) from (
       select ${position('p', 'null::text', 'null::text')} as position from position p join org_unit n on n.id = p.unit_id
         where p.person_id = a.person_id and ${valid('p')}
       union all
       select ${position('f', 'd.scope', '(select display_name from person where id = f.person_id)')} from delegation d
         join position t on t.id = d.to_position_id and t.person_id = a.person_id
         join position f on f.id = d.from_position_id join org_unit n on n.id = f.unit_id
         where d.revoked_at is null and ${valid('d')} and ${valid('t')} and ${valid('f')}) held) as positions`;
}

export function actorOf(row: ActorRow): Actor {
  return {
    accountId: row.account_id,
    address: row.address,
    name: row.display_name,
    kind: row.kind,
    locale: row.locale,
    ...(row.person_id === null ? {} : { personId: row.person_id }),
    ...(row.unit_id === null ? {} : { unitId: row.unit_id }),
    ...(row.unit_name === null ? {} : { unitName: row.unit_name }),
    ...(row.organ_id === null ? {} : { organId: row.organ_id }),
    positions: (row.positions ?? []).map(({ delegatedScope, holderName, organId, ...position }) => ({
      ...position,
      ...(organId === null ? {} : { organId }),
      ...(holderName === null || holderName === undefined ? {} : { holderName }),
      ...(delegatedScope === null || delegatedScope === undefined ? {} : { delegatedScope }),
    })),
  };
}
