import { accountsOf, anchorHash, type AuditedAccount, sealEvents } from '#domain/audit/chain.ts';
import { type AuditAnchor, type AuditEntry, chainStart, hubChain } from '#domain/audit/audit-entry.ts';
import { dateOfDayNumber, dayNumberAt, instantMs } from '#domain/calendar/local-date.ts';
import type { Database, Transaction } from '#store/database.ts';
import { chainHeads, eventsAfter, type EntryRow } from './audit-rows.ts';

/** One process at a time, whichever comes first; any number that nothing else in the database uses. */
const sealLock = 7_301_023;

const uuidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** It reads committed, stamped rows of the log and locks nothing that a business transaction does. */
export function sealSome(database: Database, eventsMax: number): Promise<number> {
  return database.transaction(async (tx) => {
    if (!(await isElected(tx))) return 0;
    const head = await headOf(tx);
    const events = await eventsAfter(tx, head.position, Number.MAX_SAFE_INTEGER, eventsMax);
    const last = events.at(-1);
    if (last === undefined) return 0;
    const accounts = await auditedAccounts(tx, accountsOf(events));
    const chains = new Set([hubChain, ...[...accounts.values()].flatMap(({ organId }) => organId ?? [])]);
    const sealed = sealEvents(events, head, accounts, await chainHeads(tx, [...chains]));
    await insertEntries(tx, sealed.entries);
    await tx.rows(
      `insert into audit_chain (chain, chain_seq, hash)
       select * from unnest($1::text[], $2::bigint[], $3::text[])
       on conflict (chain) do update set chain_seq = excluded.chain_seq, hash = excluded.hash`,
      [
        [...sealed.heads.keys()],
        [...sealed.heads.values()].map(({ chainSeq }) => chainSeq),
        [...sealed.heads.values()].map(({ hash }) => hash),
      ],
    );
    await tx.rows('update audit_head set seq = $1, position = $2', [
      sealed.entries.at(-1)?.seq ?? head.seq,
      last.position,
    ]);
    return events.length;
  });
}

/**
 * An anchor for the day that has ended, once all of it is sealed. Days on which the hub did not run need none: the next
 * anchor binds them.
 */
export function anchorDay(database: Database, now: Date): Promise<readonly AuditAnchor[]> {
  return database.transaction(async (tx) => {
    if (!(await isElected(tx))) return [];
    const today = dayNumberAt(now);
    const day = dateOfDayNumber(today - 1);
    const endedAt = new Date(instantMs(today, 0));
    const [last] = await tx.rows<{ day: string; seq: number; hash: string }>(
      `select to_char(day, 'YYYY-MM-DD') as day, seq, hash from audit_anchor a order by a.day desc limit 1`,
    );
    if (last !== undefined && last.day >= day) return [];
    const { seq, position } = await headOf(tx);
    const [waiting] = await tx.rows(`select 1 from outbox where position > $1 and at < $2 limit 1`, [
      position,
      endedAt,
    ]);
    // The first entry that no anchor binds tells enough: this is asked every second.
    const [unbound] = await tx.rows<{ at: Date }>(`select at from audit_event where seq = $1`, [
      (last?.seq ?? 0) + 1,
    ]);
    if (waiting !== undefined || unbound === undefined || unbound.at >= endedAt) return [];
    const heads = Object.fromEntries(await chainHeads(tx));
    const prevHash = last?.hash ?? chainStart.hash;
    const said = { day, at: now.toISOString(), seq, position, heads, prevHash };
    const anchor = { ...said, hash: anchorHash(said) };
    await tx.rows(
      `insert into audit_anchor (day, at, seq, position, heads, prev_hash, hash)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [day, now, seq, position, JSON.stringify(heads), prevHash, anchor.hash],
    );
    return [anchor];
  });
}

async function isElected(tx: Transaction): Promise<boolean> {
  const [row] = await tx.rows<{ elected: boolean }>('select pg_try_advisory_xact_lock($1) as elected', [
    sealLock,
  ]);
  return row?.elected === true;
}

async function headOf(tx: Transaction): Promise<{ readonly seq: number; readonly position: number }> {
  const [head] = await tx.rows<{ seq: number; position: number }>(
    'select seq, position from audit_head for update',
  );
  if (head === undefined) throw new Error('audit_head is empty');
  return head;
}

/** The nearest unit upward from the account's that is an organ. */
async function auditedAccounts(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AuditedAccount>> {
  // An event may name what is no account of ours; as text it would cost a look at every account.
  const known = ids.filter((id) => uuidShape.test(id));
  if (known.length === 0) return new Map();
  const rows = await tx.rows<{ id: string; address: string; organ_id: string | null }>(
    `select a.id, a.address,
       (select u.id from unnest(unit_path(a.unit_id)) with ordinality as up(id, place)
          join org_unit u on u.id = up.id where u.is_organ order by up.place limit 1) as organ_id
     from account a where a.id = any($1::uuid[])`,
    [known],
  );
  return new Map(
    rows.map(({ id, address, organ_id: organId }) => [
      id,
      { address, ...(organId === null ? {} : { organId }) },
    ]),
  );
}

async function insertEntries(tx: Transaction, entries: readonly AuditEntry[]): Promise<void> {
  const rows: readonly EntryRow[] = entries.map((entry) => ({
    seq: entry.seq,
    at: new Date(entry.at),
    action: entry.action,
    chain: entry.chain,
    chain_seq: entry.chainSeq,
    account_id: entry.accountId ?? null,
    actor: entry.actor ?? null,
    on_behalf_of: entry.onBehalfOf ?? null,
    object: entry.object ?? null,
    ip: entry.ip ?? null,
    first_position: entry.firstPosition,
    last_position: entry.lastPosition,
    types: [...entry.types],
    event_count: entry.eventCount,
    events_hash: entry.eventsHash,
    before_hash: entry.beforeHash ?? null,
    after_hash: entry.afterHash ?? null,
    prev_hash: entry.prevHash,
    hash: entry.hash,
  }));
  await tx.rows(
    `insert into audit_event select * from jsonb_populate_recordset(null::audit_event, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
