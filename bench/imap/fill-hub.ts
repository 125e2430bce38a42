import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { hashAppPassword, newAppPassword } from '#app/access/tokens.ts';
import { flagBit } from '#domain/mail/structure.ts';
import { sampleMail } from './sample-mail.ts';

/** An account of either server and the password that its clients use. */
export interface MailUser {
  readonly user: string;
  readonly password: string;
}

const rowsPerStatement = 1000;

/**
 * Puts the sample messages into the hub's database as deliveries and the indexing job leave them. Only the index of
 * SEARCH is taken away meanwhile, because it is built in half the time at the end.
 */
export async function storeSamples(client: Client, count: number): Promise<void> {
  await client.query('drop index message_search');
  for (let from = 0; from < count; from += rowsPerStatement) {
    const mails = Array.from({ length: Math.min(rowsPerStatement, count - from) }, (_, at) =>
      sampleMail(from + at),
    );
    await client.query(
      `insert into blob (sha256, size, received_sha256, bytes, created_at)
       select s.sha256, length(s.bytes), s.sha256, s.bytes, now() from unnest($1::bytea[], $2::bytea[]) as s(sha256, bytes)`,
      [mails.map(({ sha256 }) => sha256), mails.map(({ octets }) => octets)],
    );
    await client.query(
      `insert into message (blob_sha256, size, message_id_header, subject, from_address, sent_at, structure,
                            search_text, indexed_at, received_at)
       select s.sha256, s.size, s.message_id, s.subject, 'lien.he@load.example', '2026-11-23 08:00:00+07',
              s.structure::jsonb, s.search_text, now(), now()
       from unnest($1::bytea[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
         as s(sha256, size, message_id, subject, structure, search_text)`,
      [
        mails.map(({ sha256 }) => sha256),
        mails.map(({ octets }) => octets.length),
        mails.map(({ messageId }) => messageId),
        mails.map(({ subject }) => subject),
        mails.map(({ structure }) => structure),
        mails.map(({ searchText }) => searchText),
      ],
    );
  }
  await client.query(`set maintenance_work_mem = '1GB'`);
  await client.query('create index message_search on message using gin (search_text gin_trgm_ops)');
}

/** The first `count` samples into the INBOX of each address; nine of ten are seen. */
export async function fileSamples(
  client: Client,
  addresses: readonly string[],
  count: number,
): Promise<void> {
  const { rows } = await client.query<{ id: string; uid_next: string }>(
    `select b.id, b.uid_next from mailbox b join account a on a.id = b.account_id
     where a.address = any($1) and b.path = 'INBOX'`,
    [addresses],
  );
  if (rows.length !== addresses.length)
    throw new Error(`${rows.length} inboxes for ${addresses.length} accounts`);
  await client.query(
    `with sample as (
       select id, size, row_number() over (order by id) as number from message
       where from_address = 'lien.he@load.example' order by id limit $2)
     insert into mailbox_message (mailbox_id, uid, message_id, flags, modseq, internal_date, save_date, size)
     select b.id, b.uid_next + s.number - 1, s.id, case when s.number % 10 = 0 then 0 else ${flagBit.seen} end,
            b.highest_modseq + s.number, '2026-11-23 08:00:00+07', now(), s.size
     from mailbox b cross join sample s where b.id = any($1::bigint[])`,
    [rows.map(({ id }) => id), count],
  );
  await client.query(
    `update mailbox b set uid_next = b.uid_next + t.n, highest_modseq = b.highest_modseq + t.n,
            message_count = b.message_count + t.n, unseen_count = b.unseen_count + t.unseen,
            total_size = b.total_size + t.size
     from (select mailbox_id, count(*) as n, count(*) filter (where flags & ${flagBit.seen} = 0) as unseen,
                  sum(size) as size
           from mailbox_message where mailbox_id = any($1::bigint[]) and save_date > now() - interval '1 hour'
             and message_id in (select id from message where from_address = 'lien.he@load.example')
           group by mailbox_id) as t
     where b.id = t.mailbox_id`,
    [rows.map(({ id }) => id)],
  );
}

/**
 * People of the hub with an app password each, as mail clients have one. Whoever has a directive in the demo's INBOX
 * keeps it.
 */
export async function hubUsers(client: Client): Promise<readonly MailUser[]> {
  const { rows } = await client.query<{ id: string; address: string }>(
    `select id, address from account where status = 'active' and kind <> 'system' order by address`,
  );
  const passwords = rows.map(() => newAppPassword());
  await client.query(
    `insert into app_password (id, account_id, label, secret_hash, created_at)
     select s.id, s.account, 'bench', s.hash, now() from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as s(id, account, hash)`,
    [rows.map(() => randomUUID()), rows.map(({ id }) => id), passwords.map(hashAppPassword)],
  );
  await client.query('update account set quota_bytes = 100000000000');
  return rows.map(({ address }, index) => ({ user: address, password: passwords[index] ?? '' }));
}
