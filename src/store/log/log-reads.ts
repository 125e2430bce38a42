import type { LogReads } from '#app/ports/hub-store.ts';
import type { HubEvent, LogEntry } from '#domain/event.ts';
import type { Sql } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';

interface OutboxRow {
  readonly position: number;
  readonly at: Date;
  readonly rooms: string[];
  readonly payload: HubEvent;
}

function entryOf(row: OutboxRow): LogEntry {
  return { position: row.position, at: row.at, rooms: row.rooms, event: row.payload };
}

const readSql = prepared(
  'select position, at, rooms, payload from outbox where position > $1 order by position limit $2',
);

export function createLogReads(sql: Sql): LogReads {
  return {
    async head() {
      const [row] = await sql.rows<{ position: number }>(`select position from log_head`);
      return row?.position ?? 0;
    },
    async read(after, limit) {
      const rows = await sql.rows<OutboxRow>(readSql, [after, limit]);
      return rows.map(entryOf);
    },
    async readFor(rooms, after, upTo, limit) {
      const rows = await sql.rows<OutboxRow>(
        `select o.position, o.at, o.rooms, o.payload
         from (select distinct position from log_audience
               where room = any($1) and position > $2 and position <= $3 order by position limit $4) heard
         join outbox o on o.position = heard.position order by o.position`,
        [rooms, after, upTo, limit],
      );
      return rows.map(entryOf);
    },
  };
}
