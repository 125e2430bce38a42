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
  const found = await rowsByAddresses<AddressRow>(sql, accountsSql, addresses);
  return new Map([...found].map(([address, { id }]) => [address, id]));
}

export interface AddressedAccount {
  readonly id: string;
  /** Nothing more fits into it, counted as RFC 9208 (STORAGE) does: every entry by its full size. */
  readonly full: boolean;
}

/** The same, and whether they are full. */
export async function addressedAccounts(
  sql: Sql,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, AddressedAccount>> {
  return rowsByAddresses<AddressRow & AddressedAccount>(sql, accountsAndRoomSql, addresses);
}

interface AddressRow {
  readonly id: string;
  readonly address: string;
}

async function rowsByAddresses<Row extends AddressRow>(
  sql: Sql,
  text: string,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  const spellings = addresses.map((address) => {
    const exact = canonicalAddress(address);
    return { address, exact, plain: withoutTag(exact) };
  });
  const rows = await sql.rows<Row>(text, [
    [...new Set(spellings.flatMap(({ exact, plain }) => [exact, plain]))],
  ]);
  const byAddress = new Map(rows.map((row) => [row.address, row]));
  const found = new Map<string, Row>();
  for (const { address, exact, plain } of spellings) {
    const row = byAddress.get(exact) ?? byAddress.get(plain);
    if (row !== undefined) found.set(address, row);
  }
  return found;
}

const behindSql = `
  select id, address, quota_bytes from account where address = any($1::text[]) and status = 'active'
  union all
  select a.id, l.address, a.quota_bytes
  from mail_alias l join account a on a.id = l.account_id and a.status = 'active' where l.address = any($1::text[])`;

const accountsSql = prepared(`select b.id, b.address from (${behindSql}) b`);

const accountsAndRoomSql = prepared(`
  select b.id, b.address,
    b.quota_bytes <= coalesce((select sum(m.total_size) from mailbox m where m.account_id = b.id), 0) as full
  from (${behindSql}) b`);

function withoutTag(address: string): string {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}
