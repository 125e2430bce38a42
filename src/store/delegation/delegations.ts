import type {
  Delegations,
  DelegationTransaction,
  PostLabel,
  StoredDelegation,
} from '#app/ports/delegations.ts';
import type { DelegationScope } from '#domain/organisation/organisation.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql, Transaction } from '#store/database.ts';

interface DelegationRow {
  readonly id: string;
  readonly from_position_id: string;
  readonly to_position_id: string;
  readonly from_post: PostLabel;
  readonly to_post: PostLabel;
  readonly scope: DelegationScope;
  readonly document_ref: string;
  readonly valid_from: Date;
  readonly valid_to: Date;
  readonly revoked_at: Date | null;
}

const post = (position: string) =>
  `jsonb_build_object('positionId', ${position}.id, 'title', ${position}.title,
     'unit', (select name from org_unit where id = ${position}.unit_id),
     'holder', (select display_name from person where id = ${position}.person_id))`;
const columns = `d.*, ${post('f')} as from_post, ${post('t')} as to_post`;
const source = `delegation d join position f on f.id = d.from_position_id join position t on t.id = d.to_position_id`;

export function createDelegations(sql: Sql): Delegations {
  return {
    async list(positionIds, { limit, cursor }) {
      if (cursor !== undefined && !/^[0-9]{1,15}\.[0-9a-f-]{36}$/.test(cursor))
        throw new HubError('bad_input', { field: 'cursor' });
      const [ms, id] = cursor?.split('.') ?? [];
      const rows = await sql.rows<DelegationRow>(
        `select ${columns} from ${source}
         where ($1::uuid[] is null or d.from_position_id = any($1) or d.to_position_id = any($1))
           and ($2::timestamptz is null or (d.valid_from, d.id) < ($2, $3::uuid))
         order by d.valid_from desc, d.id desc limit $4`,
        [
          positionIds === 'all' ? null : positionIds,
          ms === undefined ? null : new Date(Number(ms)),
          id ?? null,
          limit + 1,
        ],
      );
      const items = rows.slice(0, limit).map(delegationOf);
      const last = items.at(-1);
      if (rows.length <= limit || last === undefined) return { items };
      return { items, nextCursor: `${last.validFrom.getTime()}.${last.id}` };
    },
    async find(id) {
      const [row] = await sql.rows<DelegationRow>(`select ${columns} from ${source} where d.id = $1`, [id]);
      return row === undefined ? undefined : delegationOf(row);
    },
    async postsOf(personId, at) {
      const rows = await sql.rows<{ label: PostLabel }>(
        `select ${post('p')} as label from position p where p.person_id = $1 and p.valid_from <= $2
           and (p.valid_to is null or $2 < p.valid_to) order by p.is_primary desc, p.rank, p.id`,
        [personId, at],
      );
      return rows.map(({ label }) => label);
    },
  };
}

function delegationOf(row: DelegationRow): StoredDelegation {
  return {
    id: row.id,
    fromPositionId: row.from_position_id,
    toPositionId: row.to_position_id,
    from: row.from_post,
    to: row.to_post,
    scope: row.scope,
    documentRef: row.document_ref,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}

export function delegationTransaction(tx: Transaction): DelegationTransaction {
  return {
    async holdersOf(positionId, at) {
      const [row] = await tx.rows<{ person_id: string; account_ids: string[] }>(
        `select p.person_id, array(select a.id::text from account a
             where a.person_id = p.person_id and a.status = 'active' order by a.id) as account_ids
         from position p where p.id = $1 and p.valid_from <= $2 and (p.valid_to is null or $2 < p.valid_to)`,
        [positionId, at],
      );
      return row === undefined ? undefined : { personId: row.person_id, accountIds: row.account_ids };
    },
    async addDelegation(delegation) {
      await tx.rows(
        `insert into delegation (id, from_position_id, to_position_id, scope, document_ref, valid_from, valid_to,
           created_at, created_by, start_told)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6::timestamptz <= $8::timestamptz)`,
        [
          delegation.id,
          delegation.fromPositionId,
          delegation.toPositionId,
          delegation.scope,
          delegation.documentRef,
          delegation.validFrom,
          delegation.validTo,
          delegation.at,
          delegation.by,
        ],
      );
    },
    async revokeDelegation(id, at, by) {
      const rows = await tx.rows(
        `update delegation set revoked_at = $2, revoked_by = $3, start_told = true, end_told = true
         where id = $1 and revoked_at is null returning id`,
        [id, at, by],
      );
      return rows.length > 0;
    },
    turnedDelegations: (now, limit) =>
      tx.rows(
        `with turned as (
           select id from delegation where (not start_told and valid_from <= $1) or (not end_told and valid_to <= $1)
           order by id limit $2 for update skip locked),
         told as (
           update delegation d set start_told = true, end_told = d.end_told or d.valid_to <= $1
           from turned t where d.id = t.id returning d.id, d.to_position_id)
         select told.id, array(select a.id::text from position p join account a on a.person_id = p.person_id
             and a.status = 'active' where p.id = told.to_position_id) as "accountIds"
         from told`,
        [now, limit],
      ),
  };
}
