import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { Sql } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';

/**
 * The active accounts behind addresses, their own or aliases, by the address as it was given. `name+tag@domain` is
 * `name@domain` unless an account or alias has just that address. An address of nobody is absent.
 */
export async function accountsByAddresses(
  sql: Sql,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const spellings = addresses.map((address) => {
    const exact = canonicalAddress(address);
    return { address, exact, plain: withoutTag(exact) };
  });
  const rows = await sql.rows<{ id: string; address: string }>(accountsSql, [
    [...new Set(spellings.flatMap(({ exact, plain }) => [exact, plain]))],
  ]);
  const byAddress = new Map(rows.map((row) => [row.address, row.id]));
  const found = new Map<string, string>();
  for (const { address, exact, plain } of spellings) {
    const id = byAddress.get(exact) ?? byAddress.get(plain);
    if (id !== undefined) found.set(address, id);
  }
  return found;
}

const accountsSql = prepared(`
  select id, address from account where address = any($1::text[]) and status = 'active'
  union all
  select a.id, l.address from mail_alias l join account a on a.id = l.account_id and a.status = 'active'
  where l.address = any($1::text[])`);

function withoutTag(address: string): string {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}
