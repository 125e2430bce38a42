import type { LoggedEvent } from '#domain/audit/chain.ts';
import { createAuditCheck } from '#domain/audit/check-audit.ts';
import type { AuditVerdict } from '#app/ports/audit.ts';
import type { AuditAnchor } from '#domain/audit/audit-entry.ts';
import type { Database, Sql } from '#store/database.ts';
import { chainHeads, entryOf, eventsAfter, type EntryRow, readAnchors } from './audit-rows.ts';

const entriesPerPage = 500;
const eventsPerPage = 5000;

export function verifyAudit(
  database: Database,
  options: {
    readonly now: Date;
    readonly exported?: readonly AuditAnchor[];
    readonly onProgress?: (done: number, whole: number) => void;
  },
): Promise<AuditVerdict> {
  return database.snapshot(async (tx) => {
    const [head] = await tx.rows<{ seq: number; position: number }>('select seq, position from audit_head');
    const check = createAuditCheck(await readAnchors(tx), options.exported);
    const whole = head?.seq ?? 0;
    let done = 0;
    // By the order of the primary key, not from the number expected next: a removed entry is passed over and told.
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const rows = await tx.rows<EntryRow>('select * from audit_event where seq > $1 order by seq limit $2', [
        after,
        entriesPerPage,
      ]);
      const entries = rows.map(entryOf);
      check.entries(entries, await eventsOf(tx, rows));
      done += rows.length;
      options.onProgress?.(done, whole);
      const last = rows.at(-1);
      if (last === undefined || rows.length < entriesPerPage) break;
      after = last.seq;
    }
    const faults = check.finish({
      seq: head?.seq ?? 0,
      position: head?.position ?? 0,
      chains: await chainHeads(tx),
    });
    return { checkedAt: options.now, entries: done, faults };
  });
}

/** All events that the entries say they cover, by position. A span that was forged to be huge reads only what is there. */
async function eventsOf(sql: Sql, rows: readonly EntryRow[]): Promise<ReadonlyMap<number, LoggedEvent>> {
  const events = new Map<number, LoggedEvent>();
  if (rows.length === 0) return events;
  const upTo = Math.max(...rows.map((row) => row.last_position));
  let after = Math.min(...rows.map((row) => row.first_position)) - 1;
  for (;;) {
    const page = await eventsAfter(sql, after, upTo, eventsPerPage);
    for (const event of page) events.set(event.position, event);
    const last = page.at(-1);
    if (last === undefined || page.length < eventsPerPage) return events;
    after = last.position;
  }
}
