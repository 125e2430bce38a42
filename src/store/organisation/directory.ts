import type { Directory, GroupFound, PersonFound, UnitFound } from '#app/ports/directory.ts';
import type { Page } from '#app/ports/hub-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { foldText } from '#lib/fold-text.ts';
import type { Database } from '#store/database.ts';

/** Characters that LIKE would read as wildcards, made literal. */
function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

/** The cursor is how many rows came before: the directory is small and read from the top. */
function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,6}$/.test(cursor)) throw new HubError('bad_input', { field: 'cursor' });
  return Number(cursor);
}

function pageOf<Row>(rows: Row[], limit: number, offset: number): Page<Row> {
  return rows.length > limit
    ? { items: rows.slice(0, limit), nextCursor: String(offset + limit) }
    : { items: rows };
}

export function createDirectory(database: Database): Directory {
  return {
    async people(query, at, { limit, cursor }) {
      const offset = offsetOf(cursor);
      const rows = await database.rows<PersonFound>(
        `select p.id, a.id as "accountId", p.display_name as name, a.address,
                coalesce(post.title, '') as title, coalesce(post.unit, '') as unit
         from person p
         join account a on a.person_id = p.id and a.status = 'active'
         left join lateral (
           select o.title, o.rank, u.name as unit from position o join org_unit u on u.id = o.unit_id
           where o.person_id = p.id and o.valid_from <= $1 and (o.valid_to is null or $1 < o.valid_to)
           order by o.is_primary desc, o.rank limit 1) post on true
         where p.name_folded like $2 or a.address like $3
         order by post.rank nulls last, p.name_folded, a.address
         limit $4 offset $5`,
        [at, likePattern(foldText(query)), likePattern(query.trim().toLowerCase()), limit + 1, offset],
      );
      return pageOf(rows, limit, offset);
    },

    async units(query, at, { limit, cursor }) {
      const offset = offsetOf(cursor);
      const rows = await database.rows<UnitFound & { parent: string | null }>(
        `select u.id, u.name, u.code, u.level, parent.name as parent
         from org_unit u left join org_unit parent on parent.id = u.parent_id
         where u.valid_from <= $1 and (u.valid_to is null or $1 < u.valid_to)
           and (u.name_folded like $2 or lower(u.code) like $3)
         order by array_position(array['province', 'district', 'commune'], u.level), u.is_organ desc, u.name_folded, u.id
         limit $4 offset $5`,
        [at, likePattern(foldText(query)), likePattern(query.trim().toLowerCase()), limit + 1, offset],
      );
      return pageOf(
        rows.map(({ parent, ...unit }) => (parent === null ? unit : { ...unit, parent })),
        limit,
        offset,
      );
    },

    async groups(query, { limit, cursor }) {
      const offset = offsetOf(cursor);
      const rows = await database.rows<GroupFound>(
        `select g.id, g.name, count(m.group_id) as members
         from recipient_group g left join recipient_group_member m on m.group_id = g.id
         where g.name_folded like $1 group by g.id order by g.name_folded limit $2 offset $3`,
        [likePattern(foldText(query)), limit + 1, offset],
      );
      return pageOf(rows, limit, offset);
    },
  };
}
