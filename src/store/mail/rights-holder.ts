import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { RightsHolder, RightsHolderKind } from '#domain/mail/mailbox-rights.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql } from '#store/database.ts';

const unitKinds = ['officers', 'heads'] as const;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Who an identifier names: an address, `anyone`, `group:ADDRESS`, `officers:ADDRESS`, `heads:ADDRESS`. A unit is named by
 * the address of a mailbox of its own, since its code is not its alone; by its id where it has none. Throws
 * `bad_input`.
 */
export async function holderNamed(sql: Sql, identifier: string): Promise<RightsHolder> {
  if (identifier === 'anyone') return { kind: 'anyone' };
  const unitKind = unitKinds.find((kind) => identifier.startsWith(`${kind}:`));
  if (unitKind !== undefined)
    return { kind: unitKind, id: await unitNamed(sql, identifier.slice(unitKind.length + 1)) };
  const [kind, table, address] = identifier.startsWith('group:')
    ? (['group', 'mail_group', identifier.slice('group:'.length)] as const)
    : (['account', 'account', identifier] as const);
  const [row] = await sql.rows<{ id: string }>(`select id from ${table} where address = $1`, [
    canonicalAddress(address),
  ]);
  if (row === undefined) throw nobody();
  return { kind, id: row.id };
}

async function unitNamed(sql: Sql, name: string): Promise<string> {
  const [row] = uuid.test(name)
    ? await sql.rows<{ id: string }>('select id from org_unit where id = $1', [name])
    : await sql.rows<{ id: string }>(
        `select unit_id as id from account
         where address = $1 and kind in ('unit', 'role') and unit_id is not null`,
        [canonicalAddress(name)],
      );
  if (row === undefined) throw nobody();
  return row.id;
}

function nobody(): HubError {
  return new HubError('bad_input', { field: 'identifier' });
}

/** The identifier of a row `e` of `mailbox_entry`. */
export const identifierSql = `case e.kind
  when 'anyone' then 'anyone'
  when 'account' then coalesce((select address from account where id = e.subject_id), e.subject_id::text)
  when 'group' then 'group:' || (select address from mail_group where id = e.subject_id)
  else e.kind || ':' || coalesce((select min(address) from account
    where unit_id = e.subject_id and kind in ('unit', 'role')), e.subject_id::text) end`;

export function subjectOf(holder: RightsHolder): { kind: RightsHolderKind; id: string | null } {
  return { kind: holder.kind, id: holder.kind === 'anyone' ? null : holder.id };
}
