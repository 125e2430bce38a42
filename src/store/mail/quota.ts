import { HubError } from '#domain/hub-error.ts';
import type { Sql } from '#store/database.ts';

/**
 * Refuses what would take an account over its quota, counted as RFC 9208 (STORAGE) does: every entry by its full size,
 * although its octets may be stored once. Two clients at the same moment may pass together by one message; a lock on
 * the account would make every APPEND of it wait. Throws `over_quota`.
 */
export async function requireQuota(sql: Sql, accountId: string, bytes: number): Promise<void> {
  const [row] = await sql.rows<{ within: boolean }>(
    `select a.quota_bytes >= $2 + coalesce((select sum(total_size) from mailbox where account_id = a.id), 0) as within
     from account a where a.id = $1`,
    [accountId, bytes],
  );
  if (row?.within !== true) throw new HubError('over_quota');
}
