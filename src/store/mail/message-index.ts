import type { MessageIndex } from '#app/ports/message-index.ts';
import type { Sql } from '#store/database.ts';
import { indexMessage } from './search-text.ts';

export function createMessageIndex(sql: Sql): MessageIndex {
  return {
    async unindexed(messageId) {
      const [row] = await sql.rows<{ bytes: Buffer }>(
        `select b.bytes from message m join blob b on b.sha256 = m.blob_sha256 where m.id = $1 and m.indexed_at is null`,
        [messageId],
      );
      return row?.bytes;
    },
    markIndexed: (messageId, found, at) => indexMessage(sql, { messageId, found, at }),
    async owed(before, limit) {
      const rows = await sql.rows<{ id: number }>(
        `select id from message where indexed_at is null and received_at < $1 order by id limit $2`,
        [before, limit],
      );
      return rows.map((row) => String(row.id));
    },
  };
}
