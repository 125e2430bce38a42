import type { MessageFact, MessageFacts, OctetRange } from '#app/ports/mail.ts';
import type { Sql } from '#store/database.ts';
import { type Asker, readableSql } from './asker.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';

/**
 * What clients know messages by beside their UIDs: EMAILID is the identity of the stored octets, THREADID the first
 * message of the thread (RFC 8474, section 5), SAVEDATE the time it came into this mailbox (RFC 8514). Throws
 * `mailbox_unknown`, `not_permitted`.
 */
export async function readFacts(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  uids: readonly number[],
): Promise<ReadonlyMap<number, MessageFacts>> {
  const rows = await sql.rows<{ uid: number; sha256: string; thread_id: number; save_date: Date }>(
    `select e.uid, encode(m.blob_sha256, 'hex') as sha256, coalesce(t.thread_id, m.id) as thread_id, e.save_date
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     left join message_thread t on t.message_id = m.id
     where b.id = $1 and e.uid = any($3::bigint[]) and ${readableSql('$2', '$4')}`,
    [mailboxKey(mailboxId), asker.accountId, uids, asker.at],
  );
  if (rows.length === 0) await requireMailbox(sql, asker, mailboxId);
  return new Map(
    rows.map(({ uid, sha256, thread_id, save_date }) => [
      uid,
      { emailId: `E${sha256}`, threadId: `T${thread_id}`, saveDate: save_date },
    ]),
  );
}

/** UIDs of the mailbox for which a fact holds, ascending; an id that none was given matches none. Throws `mailbox_unknown`, `not_permitted`. */
export async function findByFact(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  fact: MessageFact,
): Promise<readonly number[]> {
  const condition = conditionOf(fact);
  if (condition === undefined) return [];
  const rows = await sql.rows<{ uid: number }>(
    `select e.uid from mailbox b join mailbox_message e on e.mailbox_id = b.id ${condition.join}
     where b.id = $1 and ${readableSql('$2', '$3')} and ${condition.where} order by e.uid`,
    [mailboxKey(mailboxId), asker.accountId, asker.at, ...condition.parameters],
  );
  if (rows.length === 0) await requireMailbox(sql, asker, mailboxId);
  return rows.map((row) => row.uid);
}

interface Condition {
  readonly join: string;
  readonly where: string;
  readonly parameters: readonly unknown[];
}

const joinMessage = 'join message m on m.id = e.message_id';

function conditionOf(fact: MessageFact): Condition | undefined {
  switch (fact.kind) {
    case 'email_id': {
      const sha256 = /^E([0-9a-f]{64})$/.exec(fact.id)?.[1];
      if (sha256 === undefined) return undefined;
      return { join: joinMessage, where: `m.blob_sha256 = decode($4, 'hex')`, parameters: [sha256] };
    }
    case 'thread_id': {
      const thread = /^T(\d{1,18})$/.exec(fact.id)?.[1];
      if (thread === undefined) return undefined;
      return {
        join: '',
        where: `e.message_id = any(array(
          select message_id from message_thread where thread_id = $4::bigint union all select $4::bigint))
          and not exists (select from message_thread t where t.message_id = e.message_id and t.thread_id <> $4::bigint)`,
        parameters: [thread],
      };
    }
    case 'saved':
      return {
        join: '',
        where: 'e.save_date >= $4 and e.save_date < $5',
        parameters: [fact.from ?? '-infinity', fact.before ?? 'infinity'],
      };
  }
}

/** Octets of several messages, one range of each, in one statement. Throws `mailbox_unknown`, `not_permitted`. */
export async function readRanges(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  ranges: readonly OctetRange[],
): Promise<ReadonlyMap<number, Buffer>> {
  const rows = await sql.rows<{ uid: number; bytes: Buffer }>(
    `select e.uid, substring(o.bytes from r.start + 1 for r.length) as bytes
     from mailbox b
     join unnest($3::bigint[], $4::int[], $5::int[]) as r(uid, start, length) on true
     join mailbox_message e on e.mailbox_id = b.id and e.uid = r.uid
     join message m on m.id = e.message_id
     join blob o on o.sha256 = m.blob_sha256
     where b.id = $1 and ${readableSql('$2', '$6')}`,
    [
      mailboxKey(mailboxId),
      asker.accountId,
      ranges.map((range) => range.uid),
      ranges.map((range) => range.start),
      ranges.map((range) => Math.max(0, range.end - range.start)),
      asker.at,
    ],
  );
  if (rows.length === 0) await requireMailbox(sql, asker, mailboxId);
  return new Map(rows.map((row) => [row.uid, row.bytes]));
}
