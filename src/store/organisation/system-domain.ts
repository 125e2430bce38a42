import type { Sql } from '#store/database.ts';

/** The hub's own mail domain: what its Message-IDs end with and its system addresses live on. */
export async function systemDomain(sql: Sql): Promise<string> {
  const [row] = await sql.rows<{ fqdn: string }>(
    `select fqdn from mail_domain where system order by fqdn limit 1`,
  );
  return row?.fqdn ?? 'hub.invalid';
}
