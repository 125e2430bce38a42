import type { MessageHeading } from '#app/ports/mail.ts';
import type { Envelope } from '#domain/mail/structure.ts';
import type { Sql } from '#store/database.ts';
import { type Asker, readableSql } from './asker.ts';
import { mailboxKey, requireMailbox } from './mailbox-rows.ts';

/** Envelopes and references without the rest of the structure and without octets. Throws `mailbox_unknown`, `not_permitted`. */
export async function readHeadings(
  sql: Sql,
  asker: Asker,
  mailboxId: string,
  uids: readonly number[],
): Promise<ReadonlyMap<number, MessageHeading>> {
  const rows = await sql.rows<{ uid: number; envelope: Envelope | null; references: string[] | null }>(
    `select e.uid, m.structure -> 'envelope' as envelope, m.reference_ids as references
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     where b.id = $1 and e.uid = any($3::bigint[]) and ${readableSql('$2', '$4')}`,
    [mailboxKey(mailboxId), asker.accountId, uids, asker.at],
  );
  if (rows.length === 0) await requireMailbox(sql, asker, mailboxId);
  const found = new Map<number, MessageHeading>();
  for (const { uid, envelope, references } of rows)
    if (envelope !== null) found.set(uid, { envelope, references: references ?? undefined });
  return found;
}

/** The first octets of many messages in one statement. Throws `mailbox_unknown`, `not_permitted`. */
export async function readBeginnings(
  sql: Sql,
  asker: Asker,
  input: { readonly mailboxId: string; readonly uids: readonly number[]; readonly bytesMax: number },
): Promise<ReadonlyMap<number, Buffer>> {
  const rows = await sql.rows<{ uid: number; bytes: Buffer }>(
    `select e.uid, substring(o.bytes from 1 for $4::int) as bytes
     from mailbox b
     join mailbox_message e on e.mailbox_id = b.id
     join message m on m.id = e.message_id
     join blob o on o.sha256 = m.blob_sha256
     where b.id = $1 and e.uid = any($3::bigint[]) and ${readableSql('$2', '$5')}`,
    [mailboxKey(input.mailboxId), asker.accountId, input.uids, input.bytesMax, asker.at],
  );
  if (rows.length === 0) await requireMailbox(sql, asker, input.mailboxId);
  return new Map(rows.map((row) => [row.uid, row.bytes]));
}
