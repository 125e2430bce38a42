import type {
  NearlyFull,
  Quota,
  Quotas,
  QuotaWarning,
  SentCopies,
  SentCopy,
} from '#app/ports/mail-settings.ts';
import { HubError } from '#domain/hub-error.ts';
import { messagesPerAccountMax } from '#domain/mail/mailbox-path.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { deliverMessage } from './deliver.ts';

/** A person is told when this much of the quota is used … */
const warnPercent = 90;
/** … and may be told again only after it has been less than this, so that one message more or less is no news. */
const roomAgainPercent = 85;

/**
 * Refuses what would take an account over its quota, counted as RFC 9208 (STORAGE and MESSAGE) does: every entry by its
 * full size, although its octets may be stored once. Called with the octets before anything else is locked, it locks the account:
 * sixty clients that append at the same moment would otherwise all find the same room. The wait is only for other
 * APPENDs of the account, whose messages were parsed before. With `bytes` 0, after a copy was made, the mailboxes are
 * locked already and the account must not be: two copies into different mailboxes may pass together. Throws
 * `over_quota`.
 */
export async function requireQuota(
  tx: Transaction,
  accountId: string,
  bytes: number,
  messages = bytes > 0 ? 1 : 0,
): Promise<void> {
  // A statement of its own: one that has waited for a lock goes on with what it saw before.
  const locked = bytes > 0 ? tx.rows(lockAccountSql, [accountId]) : undefined;
  const found = tx.rows<{ within: boolean }>(withinSql, [accountId, bytes, messagesPerAccountMax, messages]);
  const [[row]] = await Promise.all([found, locked]);
  if (row?.within !== true) throw new HubError('over_quota');
}

const lockAccountSql = prepared('select id from account where id = $1 for no key update');

const withinSql = prepared(`
  select a.quota_bytes >= $2 + coalesce(u.bytes, 0) and $3 >= $4 + coalesce(u.messages, 0) as within
  from account a cross join lateral (
    select sum(total_size) as bytes, sum(message_count) as messages from mailbox where account_id = a.id) u
  where a.id = $1`);

/** Throws `not_found`. */
export async function quotaOf(sql: Sql, accountId: string): Promise<Quota> {
  const [row] = await sql.rows<{ used: number; quota: number }>(
    `select coalesce((select sum(total_size) from mailbox where account_id = a.id), 0)::bigint as used,
            a.quota_bytes as quota
     from account a where a.id = $1`,
    [accountId],
  );
  if (row === undefined) throw new HubError('not_found');
  return { usedBytes: row.used, quotaBytes: row.quota };
}

/**
 * Marks those of the accounts that have come to use 90 % of their quota, and gives them; takes the mark from those that
 * have come below 85 %. One statement. It locks in id order only what changes, and looks at the mark again once it has
 * the lock, so of two at the same moment one gets the account.
 */
export async function accountsToWarn(
  sql: Sql,
  accountIds: readonly string[],
  at: Date,
): Promise<readonly NearlyFull[]> {
  const rows = await sql.rows<{ id: string; address: string; name: string; used: number; quota: number }>(
    `with used as (
       select a.id, a.quota_bytes as quota, a.quota_warned_at is not null as warned,
              coalesce(sum(b.total_size), 0)::bigint as bytes
       from account a left join mailbox b on b.account_id = a.id
       where a.id = any($1::uuid[]) and a.status = 'active' group by a.id),
     change as (
       select id, bytes, not warned as warn from used
       where case when warned then bytes * 100 < quota * ${roomAgainPercent}
             else bytes * 100 >= quota * ${warnPercent} end),
     locked as (
       select id from account where id = any(array(select id from change)) order by id for no key update),
     marked as (
       update account a set quota_warned_at = case when c.warn then $2::timestamptz end
       from change c
       where a.id = c.id and a.id = any(array(select id from locked)) and c.warn = (a.quota_warned_at is null)
       returning a.id, a.address, a.display_name as name, c.bytes as used, a.quota_bytes as quota, c.warn)
     select id, address, name, used, quota from marked where warn order by id`,
    [[...new Set(accountIds)], at],
  );
  return rows.map(({ id, address, name, used, quota }) => ({
    accountId: id,
    address,
    name,
    usedBytes: used,
    quotaBytes: quota,
  }));
}

export function createQuotas(database: Database): Quotas {
  return {
    of: (accountId) => quotaOf(database, accountId),
    transaction: (work) =>
      database.transaction((tx) =>
        work({
          toWarn: (accountIds, at) => accountsToWarn(tx, accountIds, at),
          deliver: (warnings, at) => deliverWarnings(tx, warnings, at),
        }),
      ),
  };
}

/** A warning comes in although the quota is nearly used up: it is about nothing else. */
async function deliverWarnings(tx: Transaction, warnings: readonly QuotaWarning[], at: Date): Promise<void> {
  const delivered: { messageId: string; accountIds: readonly string[] }[] = [];
  for (const { accountId, message } of warnings) {
    const { messageId } = await deliverMessage(tx, {
      message,
      receivedAt: at,
      to: { kind: 'accounts', accountIds: [accountId] },
      flags: 0,
      keywords: [],
    });
    delivered.push({ messageId, accountIds: [accountId] });
  }
  await recordEvents(
    tx,
    delivered.map((event) => ({ type: 'mail.delivered', ...event })),
    at,
  );
}

/** Who makes the copy in Sent, an account's other setting beside its quota. */
export function createSentCopies(database: Database): SentCopies {
  return {
    async of(accountId) {
      const [row] = await database.rows<{ sent_copy: SentCopy }>(
        'select sent_copy from account where id = $1',
        [accountId],
      );
      if (row === undefined) throw new HubError('not_found');
      return row.sent_copy;
    },
    async set(accountId, by) {
      await database.rows('update account set sent_copy = $2 where id = $1', [accountId, by]);
    },
  };
}
