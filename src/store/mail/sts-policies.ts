import type { Sql } from '#store/database.ts';

interface StsPolicyRow {
  readonly domain: string;
  readonly policy_id: string;
  readonly mode: 'enforce' | 'testing' | 'none';
  readonly mx: string[];
  readonly fetched_at: Date;
  readonly expires_at: Date;
}

/** MTA-STS policies of other domains (RFC 8461), kept over restarts and shared by all processes. */
export function createStsPolicies(sql: Sql) {
  return {
    async read(domain: string) {
      const [row] = await sql.rows<StsPolicyRow>('select * from mta_sts_policy where domain = $1', [domain]);
      if (row === undefined) return undefined;
      return {
        domain: row.domain,
        policyId: row.policy_id,
        mode: row.mode,
        mx: row.mx,
        fetchedAt: row.fetched_at,
        expiresAt: row.expires_at,
      };
    },
    async save(policy: {
      readonly domain: string;
      readonly policyId: string;
      readonly mode: 'enforce' | 'testing' | 'none';
      readonly mx: readonly string[];
      readonly fetchedAt: Date;
      readonly expiresAt: Date;
    }) {
      await sql.rows(
        `insert into mta_sts_policy (domain, policy_id, mode, mx, fetched_at, expires_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (domain) do update set policy_id = excluded.policy_id, mode = excluded.mode, mx = excluded.mx,
           fetched_at = excluded.fetched_at, expires_at = excluded.expires_at`,
        [policy.domain, policy.policyId, policy.mode, policy.mx, policy.fetchedAt, policy.expiresAt],
      );
    },
  };
}
