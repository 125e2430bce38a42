import type { SendingVerdict } from '#app/ports/mail-delivery.ts';
import type { SendingLimits, SendingStanding } from '#app/ports/mail-settings.ts';
import {
  decideSending,
  defaultSendingLimit,
  sendingHour,
  type SendingLimit,
} from '#domain/mail/sending-limit.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';
import type { AdministeredBy, AdministrativeFacts } from '#domain/access/administered.ts';
import type { HubEvent } from '#domain/event.ts';
import { recordEvents } from '#store/log/record-events.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';

interface LimitRow {
  readonly kind: AccountKind;
  readonly messages_per_hour: number | null;
  readonly recipients_per_hour: number | null;
}

interface UseRow extends LimitRow {
  readonly messages: number;
  readonly recipients: number;
}

/**
 * Counts a submission in its hour. The row stays locked until the commit, so two at once see each other. What is held
 * counts too: who goes on sending stays held for the rest of the hour. `alert` is true once an hour, in the transaction
 * that went over the limit first.
 */
export async function countSending(
  tx: Transaction,
  accountId: string,
  recipients: number,
  at: Date,
): Promise<SendingVerdict> {
  const { hour, until } = sendingHour(at);
  const [row] = await tx.rows<UseRow & { alerted: boolean }>(
    `with used as (
       insert into sending_use as u (account_id, hour, messages, recipients) values ($1, $2, 1, $3)
       on conflict (account_id, hour)
         do update set messages = u.messages + 1, recipients = u.recipients + excluded.recipients
       returning messages, recipients, alerted_at is not null as alerted)
     select u.*, a.kind, l.messages_per_hour, l.recipients_per_hour
     from used u join account a on a.id = $1 left join sending_limit l on l.account_id = a.id`,
    [accountId, hour, recipients],
  );
  if (row === undefined) throw new Error(`there is no account ${accountId} to count for`);
  const adding = { messages: 1, recipients };
  const before = { messages: row.messages - 1, recipients: row.recipients - recipients };
  const verdict = decideSending(before, limitOf(row), adding);
  const alert = verdict === 'hold' && !row.alerted;
  if (alert)
    await tx.rows('update sending_use set alerted_at = $3 where account_id = $1 and hour = $2', [
      accountId,
      hour,
      at,
    ]);
  return { verdict, alert, until };
}

function limitOf(row: LimitRow): SendingLimit {
  const own = defaultSendingLimit(row.kind);
  return {
    messagesPerHour: row.messages_per_hour ?? own.messagesPerHour,
    recipientsPerHour: row.recipients_per_hour ?? own.recipientsPerHour,
  };
}

export function createSendingLimits(database: Database): SendingLimits {
  return {
    standing: (accountId, at) => standingOf(database, accountId, at),
    set: (accountId, limit, at, by) => setLimit(database, { accountId, limit, at, by }),
  };
}

/** The account's row is held, so that what was before is what this replaces. The same again leaves no record. */
function setLimit(
  database: Database,
  input: {
    readonly accountId: string;
    readonly limit: Partial<SendingLimit>;
    readonly at: Date;
    readonly by: AdministeredBy;
  },
): Promise<boolean> {
  const { accountId, at, by } = input;
  const messages = input.limit.messagesPerHour ?? null;
  const recipients = input.limit.recipientsPerHour ?? null;
  return database.transaction(async (tx) => {
    const [account] = await tx.rows<{ address: string }>(
      'select address from account where id = $1 for no key update',
      [accountId],
    );
    if (account === undefined) return false;
    const [before] = await tx.rows<Omit<LimitRow, 'kind'>>(
      'select messages_per_hour, recipients_per_hour from sending_limit where account_id = $1',
      [accountId],
    );
    if (
      (before?.messages_per_hour ?? null) === messages &&
      (before?.recipients_per_hour ?? null) === recipients
    )
      return true;
    await tx.rows(
      `insert into sending_limit (account_id, messages_per_hour, recipients_per_hour) values ($1, $2::int, $3::int)
       on conflict (account_id) do update
         set messages_per_hour = excluded.messages_per_hour, recipients_per_hour = excluded.recipients_per_hour`,
      [accountId, messages, recipients],
    );
    const event: HubEvent = {
      type: 'administration.changed',
      act: 'sending_limit.set',
      by,
      object: account.address,
      before: limitFacts(before?.messages_per_hour ?? null, before?.recipients_per_hour ?? null),
      after: limitFacts(messages, recipients),
    };
    await recordEvents(tx, [event], at);
    return true;
  });
}

function limitFacts(messages: number | null, recipients: number | null): AdministrativeFacts {
  return {
    ...(messages === null ? {} : { messagesPerHour: messages }),
    ...(recipients === null ? {} : { recipientsPerHour: recipients }),
  };
}

async function standingOf(sql: Sql, accountId: string, at: Date): Promise<SendingStanding | undefined> {
  const { hour, until } = sendingHour(at);
  const [row] = await sql.rows<UseRow>(
    `select coalesce(u.messages, 0) as messages, coalesce(u.recipients, 0) as recipients, a.kind,
            l.messages_per_hour, l.recipients_per_hour
     from account a
     left join sending_limit l on l.account_id = a.id
     left join sending_use u on u.account_id = a.id and u.hour = $2
     where a.id = $1`,
    [accountId, hour],
  );
  if (row === undefined) return undefined;
  return {
    limit: limitOf(row),
    changed: row.messages_per_hour !== null || row.recipients_per_hour !== null,
    use: { messages: row.messages, recipients: row.recipients },
    until,
  };
}

/** Hours that nobody asks about any more; for the housekeeping. Returns how many rows went. */
export async function deleteOldSendingUse(sql: Sql, before: Date): Promise<number> {
  const rows = await sql.rows('delete from sending_use where hour < $1 returning 1', [before]);
  return rows.length;
}
