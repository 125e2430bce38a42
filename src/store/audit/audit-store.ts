import type { Audit, AuditFilter } from '#app/ports/audit.ts';
import type { Database } from '#store/database.ts';
import { entryOf, type EntryRow, readAnchors } from './audit-rows.ts';
import { anchorDay, sealSome } from './seal-audit.ts';
import { verifyAudit } from './verify-audit.ts';

export function createAudit(database: Database): Audit {
  return {
    async list(filter, { limit, cursor }) {
      const { conditions, values } = wheresOf(filter, cursor);
      const rows = await database.rows<EntryRow>(
        `select * from audit_event ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
         order by seq desc limit $${values.length + 1}`,
        [...values, limit + 1],
      );
      const items = rows.slice(0, limit).map(entryOf);
      const last = rows.length > limit ? items.at(-1) : undefined;
      return last === undefined ? { items } : { items, nextCursor: String(last.seq) };
    },
    anchors: () => readAnchors(database),
    seal: (eventsMax) => sealSome(database, eventsMax),
    anchor: (now) => anchorDay(database, now),
    verify: (options) => verifyAudit(database, options),
  };
}

/** Only what is asked for, so that each list finds its index. */
function wheresOf(filter: AuditFilter, cursor: number | undefined) {
  const asked: readonly (readonly [string, unknown])[] = [
    ['account_id =', filter.accountId],
    ['action =', filter.action],
    ['object =', filter.object],
    ['chain =', filter.chain],
    ['at >=', filter.from],
    ['at <', filter.to],
    ['seq <', cursor],
  ];
  const given = asked.filter(([, value]) => value !== undefined);
  return {
    conditions: given.map(([condition], index) => `${condition} $${index + 1}`),
    values: given.map(([, value]) => value),
  };
}
