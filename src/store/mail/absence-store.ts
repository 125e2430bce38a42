import type { AbsentAccount, Absences, MessageToAnswer, OutgoingReply } from '#app/ports/mail-settings.ts';
import type { Absence } from '#domain/mail/absence.ts';
import { isSenderVerified, type Authentication } from '#domain/mail/authentication.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { namedAccountsMax } from './named-accounts.ts';

interface AbsenceRow {
  readonly enabled: boolean;
  readonly starts_at: Date | null;
  readonly ends_at: Date | null;
  readonly subject: string | null;
  readonly text: string;
  readonly every_days: number;
}

const absenceColumns = 'v.enabled, v.starts_at, v.ends_at, v.subject, v.text, v.every_days';
/** As `isAway` of the domain decides it. */
const awayAt = (at: string) =>
  `v.enabled and (v.starts_at is null or v.starts_at <= ${at}) and (v.ends_at is null or ${at} < v.ends_at)`;

/** What of a message is read to find its header: more than the SMTP doors let a header have. */
const headerBytesRead = 256 * 1024;

/** The accounts among these that are away: one statement, and almost nobody is. */
export async function absentAmong(
  tx: Sql,
  accountIds: readonly string[],
  at: Date,
): Promise<readonly string[]> {
  if (accountIds.length === 0) return [];
  if (accountIds.length <= namedAccountsMax) {
    const rows = await tx.rows<{ account_id: string }>(absentSql, [accountIds, at]);
    return rows.map((row) => row.account_id);
  }
  const among = new Set(accountIds);
  const rows = await tx.rows<{ account_id: string }>(awaySql, [at]);
  return rows.map((row) => row.account_id).filter((id) => among.has(id));
}

const absentSql = prepared(`
  select v.account_id from absence v
  where v.account_id = any($1::uuid[]) and ${awayAt('$2::timestamptz')} order by v.account_id`);

const awaySql = prepared(
  `select v.account_id from absence v where ${awayAt('$1::timestamptz')} order by v.account_id`,
);

export function createAbsences(
  database: Database,
  options: { readonly sendReply: (tx: Transaction, reply: OutgoingReply) => Promise<void> },
): Absences {
  return {
    async of(accountId) {
      const [row] = await database.rows<AbsenceRow>(
        `select ${absenceColumns} from absence v where v.account_id = $1`,
        [accountId],
      );
      return row === undefined ? undefined : absenceOf(row);
    },
    save: (accountId, absence) => saveAbsence(database, accountId, absence),
    message: (messageId) => messageToAnswer(database, messageId),
    absent: (accountIds, input) => absentAccounts(database, accountIds, input),
    transaction: (work) =>
      database.transaction((tx) =>
        work({ claim: (input) => claimReply(tx, input), send: (reply) => options.sendReply(tx, reply) }),
      ),
  };
}

async function saveAbsence(database: Database, accountId: string, absence: Absence): Promise<void> {
  await database.rows(
    `insert into absence (account_id, enabled, starts_at, ends_at, subject, text, every_days)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (account_id) do update
       set enabled = excluded.enabled, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
           subject = excluded.subject, text = excluded.text, every_days = excluded.every_days`,
    [
      accountId,
      absence.enabled,
      absence.startsAt ?? null,
      absence.endsAt ?? null,
      absence.subject ?? null,
      absence.text,
      absence.everyDays,
    ],
  );
}

/**
 * Who sent it is what the message trace says, not what the message says of itself: the trace was written by the door
 * that took it. A message of an account of ours has its own name proven by sign-in.
 */
async function messageToAnswer(sql: Sql, messageId: string): Promise<MessageToAnswer | undefined> {
  const [row] = await sql.rows<{
    header: Buffer;
    sender: string;
    own: boolean;
    authentication: Authentication | null;
  }>(
    `select substring(b.bytes from 1 for ${headerBytesRead}) as header, t.sender,
            t.submitted_by is not null as own, m.authentication
     from message m join blob b on b.sha256 = m.blob_sha256
     join mail_trace t on t.message_id = m.id and t.step in ('received', 'submitted')
     where m.id = $1 order by t.id limit 1`,
    [messageId],
  );
  if (row === undefined) return undefined;
  return {
    header: row.header,
    sender: canonicalAddress(row.sender),
    senderVerified: row.own || (row.authentication !== null && isSenderVerified(row.authentication)),
  };
}

async function absentAccounts(
  sql: Sql,
  accountIds: readonly string[],
  { messageId, sender, at }: { messageId: string; sender: string; at: Date },
): Promise<readonly AbsentAccount[]> {
  const rows = await sql.rows<
    AbsenceRow & {
      id: string;
      address: string;
      name: string;
      aliases: readonly string[];
      junk: boolean;
      replied_at: Date | null;
    }
  >(
    `select a.id, a.address, a.display_name as name, ${absenceColumns}, p.replied_at,
            array(select l.address from mail_alias l where l.account_id = a.id) as aliases,
            exists (select 1 from mailbox b join mailbox_message e on e.mailbox_id = b.id
                    where b.account_id = a.id and b.special_use = '\\Junk' and e.message_id = $3::bigint) as junk
     from absence v join account a on a.id = v.account_id and a.status = 'active'
     left join absence_reply p on p.account_id = a.id and p.sender = $4
     where v.account_id = any($1::uuid[]) and ${awayAt('$2::timestamptz')} order by a.id`,
    [accountIds, at, messageId, sender],
  );
  return rows.map((row) => ({
    accountId: row.id,
    address: row.address,
    name: row.name,
    ownAddresses: [row.address, ...row.aliases],
    absence: absenceOf(row),
    junk: row.junk,
    lastReplyAt: row.replied_at ?? undefined,
  }));
}

/** A second worker waits here for the first one's commit, then finds a marker that is too new. */
async function claimReply(
  tx: Transaction,
  input: {
    readonly accountId: string;
    readonly sender: string;
    readonly at: Date;
    readonly answeredBefore: Date;
  },
): Promise<boolean> {
  const rows = await tx.rows(
    `insert into absence_reply as r (account_id, sender, replied_at) values ($1, $2, $3)
     on conflict (account_id, sender) do update set replied_at = excluded.replied_at where r.replied_at <= $4
     returning 1`,
    [input.accountId, input.sender, input.at, input.answeredBefore],
  );
  return rows.length > 0;
}

/** Markers that no absence looks at any more; for the housekeeping. Returns how many rows went. */
export async function deleteOldReplyMarkers(sql: Sql, before: Date): Promise<number> {
  const rows = await sql.rows('delete from absence_reply where replied_at < $1 returning 1', [before]);
  return rows.length;
}

function absenceOf(row: AbsenceRow): Absence {
  return {
    enabled: row.enabled,
    startsAt: row.starts_at ?? undefined,
    endsAt: row.ends_at ?? undefined,
    subject: row.subject ?? undefined,
    text: row.text,
    everyDays: row.every_days,
  };
}
