import { createHash } from 'node:crypto';

import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Transaction } from '#store/database.ts';
import { searchTextOf } from './search-text.ts';
import { storableJson, storableText } from './sql-text.ts';

/**
 * Stores a message once, whoever gets it: its octets under their SHA-256, so that the same octets sent again take no
 * room, and the row with what was parsed of it. It is in no mailbox yet. Returns the row's id.
 */
export async function storeMessage(
  tx: Transaction,
  message: PreparedMessage,
  receivedAt: Date,
): Promise<string> {
  const sha256 = createHash('sha256').update(message.bytes).digest();
  await tx.rows(
    `insert into blob (sha256, size, received_sha256, bytes, created_at) values ($1, $2, $3, $4, $5)
     on conflict (sha256) do nothing`,
    [sha256, message.bytes.length, message.receivedSha256, message.bytes, receivedAt],
  );
  const [row] = await tx.rows<{ id: number }>(
    `insert into message (blob_sha256, size, message_id_header, in_reply_to, subject, from_address, sent_at, structure,
                          search_text, received_at, authentication)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11::jsonb) returning id`,
    [
      sha256,
      message.bytes.length,
      headerKey(message.messageIdHeader),
      headerKey(message.inReplyTo),
      textOrNull(message.subject),
      textOrNull(message.fromAddress),
      storableDate(message.sentAt),
      message.structure === undefined ? null : storableJson(message.structure),
      searchTextOf(`${message.subject ?? ''}\n${message.fromAddress ?? ''}`, message.firstLines),
      receivedAt,
      message.authentication === undefined ? null : storableJson(message.authentication),
    ],
  );
  if (row === undefined) throw new Error('a message was inserted and has no row');
  return String(row.id);
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

/**
 * RFC 5322 lines end at 998 octets, so a longer id is not one. It is left out: as the key of an index it would make
 * the whole message impossible to store.
 */
function headerKey(value: string | undefined): string | null {
  const key = textOrNull(value);
  return key === null || Buffer.byteLength(key) > 998 ? null : key;
}

/** A Date header may name any year, or none that is a date. */
function storableDate(date: Date | undefined): Date | null {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return date !== undefined && year >= 1 && year <= 9998 ? date : null;
}
