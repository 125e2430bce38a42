import type { Page } from '#app/ports/hub-store.ts';
import type {
  ChangedDelivery,
  OutboundAdmin,
  OutboundAdminTransaction,
  OutboundEntry,
  OutboundFilter,
} from '#app/ports/outbound-admin.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import { hereDomain, type OutboundState } from '#domain/mail/outbound.ts';
import type { Database, Sql, Transaction } from '#store/database.ts';
import {
  bytesOf,
  outboundColumns,
  outboundDeliveryOf,
  type OutboundRow,
  outboundTransaction,
  shareTransaction,
} from './outbound-queue.ts';

export function createOutboundAdmin(database: Database): OutboundAdmin {
  return {
    list: (filter, page) => listOutbound(database, filter, page),
    async entry(id, at) {
      const [row] = await database.rows<EntryRow>(`${selectEntries} where d.id = $2${andOutside}`, [at, id]);
      return row === undefined ? undefined : entryOf(row);
    },
    async find(ids) {
      const rows = await database.rows<OutboundRow>(
        `select ${outboundColumns} from outbound_delivery d where d.id = any($1::bigint[]) order by d.id`,
        [ids],
      );
      return rows.map(outboundDeliveryOf);
    },
    bytes: (messageId) => bytesOf(database, messageId),
    transaction: (work) => database.transaction((tx) => work(adminTransaction(tx))),
  };
}

function adminTransaction(tx: Transaction): OutboundAdminTransaction {
  return shareTransaction(tx, {
    ...outboundTransaction(tx),
    hold: (ids) => changeOpen(tx, ids, `state = 'held'`, `state = 'queued'`, []),
    retry: (ids, at) =>
      changeOpen(
        tx,
        ids,
        `state = 'queued', next_attempt_at = $2::timestamptz`,
        `state in ('queued', 'held')`,
        [at],
      ),
    cancel: (ids, at) =>
      changeOpen(
        tx,
        ids,
        `state = 'cancelled', settled_at = $2::timestamptz, claim = null, claimed_until = null`,
        `state in ('queued', 'held') and (claimed_until is null or claimed_until <= $2::timestamptz)`,
        [at],
      ),
    async markNotified(ids, at) {
      await tx.rows('update outbound_delivery set notified_at = $2 where id = any($1::bigint[])', [ids, at]);
    },
  });
}

/** Locks in the order of ids before it changes anything, as a worker that settles does. */
async function changeOpen(
  tx: Transaction,
  ids: readonly number[],
  change: string,
  condition: string,
  parameters: readonly unknown[],
): Promise<readonly ChangedDelivery[]> {
  const locked = await tx.rows<{ id: number; state: OutboundState }>(
    'select id, state from outbound_delivery where id = any($1::bigint[]) order by id for update',
    [ids],
  );
  const before = new Map(locked.map(({ id, state }) => [id, state]));
  const rows = await tx.rows<OutboundRow>(
    `update outbound_delivery d set ${change} where d.id = any($1::bigint[]) and ${condition}
     returning ${outboundColumns}`,
    [ids, ...parameters],
  );
  return rows
    .map((row) => ({ ...outboundDeliveryOf(row), was: before.get(row.id) ?? row.state }))
    .toSorted((left, right) => left.id - right.id);
}

interface EntryRow extends OutboundRow {
  readonly size: number;
  readonly subject: string | null;
  readonly sending: boolean;
  readonly settled_at: Date | null;
  readonly notified_at: Date | null;
}

/** `$1` is now. */
const selectEntries = `select ${outboundColumns}, m.size, m.subject, d.settled_at, d.notified_at,
    coalesce(d.claimed_until > $1, false) and d.state in ('queued', 'held') as sending
  from outbound_delivery d join message m on m.id = d.message_id`;
const andOutside = ` and d.domain <> '${hereDomain}'`;

async function listOutbound(
  sql: Sql,
  filter: OutboundFilter,
  page: Parameters<OutboundAdmin['list']>[1],
): Promise<Page<OutboundEntry>> {
  const before = parseCursor(page.cursor);
  const rows = await sql.rows<EntryRow>(
    `${selectEntries}
     where ($2::text is null or d.state = $2)${andOutside}
       and ($10::boolean is null or d.state in ('delivered', 'failed', 'cancelled') = $10) and ($3::text is null or d.domain = $3)
       and ($4::text is null or lower(d.sender) = $4) and ($5::text is null or lower(d.recipient) = $5)
       and ($6::uuid is null or d.submitted_by = $6)
       and ($7::timestamptz is null or (d.queued_at, d.id) < ($7, $8))
     order by d.queued_at desc, d.id desc limit $9`,
    [
      page.at,
      filter.state ?? null,
      filter.domain === undefined ? null : canonicalAddress(filter.domain),
      filter.sender === undefined ? null : canonicalAddress(filter.sender),
      filter.recipient === undefined ? null : canonicalAddress(filter.recipient),
      filter.submittedBy ?? null,
      before?.queuedAt ?? null,
      before?.id ?? null,
      page.limit + 1,
      filter.ended ?? null,
    ],
  );
  const items = rows.slice(0, page.limit).map(entryOf);
  const last = items.at(-1);
  if (rows.length <= page.limit || last === undefined) return { items };
  return { items, nextCursor: `${last.queuedAt.getTime()}-${last.id}` };
}

function entryOf(row: EntryRow): OutboundEntry {
  return {
    ...outboundDeliveryOf(row),
    size: row.size,
    sending: row.sending,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.notified_at === null ? {} : { notifiedAt: row.notified_at }),
  };
}

/** When the last row of the page before was queued, in milliseconds, and its id. */
function parseCursor(cursor: string | undefined): { queuedAt: Date; id: number } | undefined {
  if (cursor === undefined) return undefined;
  const [, queuedMs, id] = /^(\d{1,14})-(\d{1,15})$/u.exec(cursor) ?? [];
  if (queuedMs === undefined || id === undefined) throw new HubError('bad_input', { field: 'cursor' });
  return { queuedAt: new Date(Number(queuedMs)), id: Number(id) };
}
