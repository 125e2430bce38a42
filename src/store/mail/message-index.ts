import type { IndexedText, MessageIndex, UnindexedMessage } from '#app/ports/message-index.ts';
import type { Sql } from '#store/database.ts';
import { searchTextOf } from './search-text.ts';

/** Messages that are read and written together. */
const messagesTogetherMax = 64;

export function createMessageIndex(sql: Sql): MessageIndex {
  return {
    unindexed: (messageIds, bytesMax) => unindexed(sql, messageIds, bytesMax),
    markIndexed: (texts, at) => markIndexed(sql, texts, at),
    async owed(before, limit) {
      const rows = await sql.rows<{ id: number }>(
        `select id from message where indexed_at is null and received_at < $1 order by id limit $2`,
        [before, limit],
      );
      return rows.map((row) => String(row.id));
    },
  };
}

async function unindexed(
  sql: Sql,
  messageIds: readonly string[],
  bytesMax: number,
): Promise<readonly UnindexedMessage[]> {
  const rows = await sql.rows<{
    id: number;
    bytes: Buffer;
    subject: string | null;
    from_address: string | null;
  }>(
    `select m.id, b.bytes, m.subject, m.from_address
     from (select id, blob_sha256, subject, from_address, size, sum(size) over (order by id) as upto from message
           where id = any($1::bigint[]) and indexed_at is null order by id limit ${messagesTogetherMax}) m
     join blob b on b.sha256 = m.blob_sha256
     where m.upto - m.size < $2 order by m.id`,
    [messageIds, bytesMax],
  );
  return rows.map((row) => ({
    messageId: String(row.id),
    bytes: row.bytes,
    subject: row.subject ?? '',
    fromAddress: row.from_address ?? '',
  }));
}

async function markIndexed(sql: Sql, texts: readonly IndexedText[], at: Date): Promise<void> {
  if (texts.length === 0) return;
  await sql.rows(
    `update message m set search_text = f.text, indexed_at = $3
     from unnest($1::bigint[], $2::text[]) as f (id, text) where m.id = f.id and m.indexed_at is null`,
    [
      texts.map(({ messageId }) => messageId),
      texts.map(({ header, body }) => searchTextOf(header, body)),
      at,
    ],
  );
}
