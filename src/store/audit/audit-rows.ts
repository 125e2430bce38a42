import type { LoggedEvent } from '#domain/audit/chain.ts';
import type { AuditAnchor, AuditEntry, ChainHead } from '#domain/audit/audit-entry.ts';
import type { Sql } from '#store/database.ts';

export interface EntryRow {
  readonly seq: number;
  readonly at: Date;
  readonly action: string;
  readonly chain: string;
  readonly chain_seq: number;
  readonly account_id: string | null;
  readonly actor: string | null;
  readonly on_behalf_of: string | null;
  readonly object: string | null;
  readonly ip: string | null;
  readonly first_position: number;
  readonly last_position: number;
  readonly types: string[];
  readonly event_count: number;
  readonly events_hash: string;
  readonly before_hash: string | null;
  readonly after_hash: string | null;
  readonly prev_hash: string;
  readonly hash: string;
}

export function entryOf(row: EntryRow): AuditEntry {
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    action: row.action,
    chain: row.chain,
    chainSeq: row.chain_seq,
    ...(row.account_id === null ? {} : { accountId: row.account_id }),
    ...(row.actor === null ? {} : { actor: row.actor }),
    ...(row.on_behalf_of === null ? {} : { onBehalfOf: row.on_behalf_of }),
    ...(row.object === null ? {} : { object: row.object }),
    ...(row.ip === null ? {} : { ip: row.ip }),
    firstPosition: row.first_position,
    lastPosition: row.last_position,
    types: row.types,
    eventCount: row.event_count,
    eventsHash: row.events_hash,
    ...(row.before_hash === null ? {} : { beforeHash: row.before_hash }),
    ...(row.after_hash === null ? {} : { afterHash: row.after_hash }),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}

interface AnchorRow {
  readonly day: string;
  readonly at: Date;
  readonly seq: number;
  readonly position: number;
  readonly heads: Record<string, ChainHead>;
  readonly prev_hash: string;
  readonly hash: string;
}

export async function readAnchors(sql: Sql): Promise<readonly AuditAnchor[]> {
  const rows = await sql.rows<AnchorRow>(
    `select to_char(day, 'YYYY-MM-DD') as day, at, seq, position, heads, prev_hash, hash
     from audit_anchor order by day`,
  );
  return rows.map(({ at, prev_hash: prevHash, ...row }) => ({ ...row, at: at.toISOString(), prevHash }));
}

export function eventsAfter(
  sql: Sql,
  after: number,
  upTo: number,
  limit: number,
): Promise<readonly LoggedEvent[]> {
  return sql.rows<LoggedEvent>(
    `select position, at, payload, origin from outbox where position > $1 and position <= $2 order by position limit $3`,
    [after, upTo, limit],
  );
}

export async function chainHeads(
  sql: Sql,
  chains?: readonly string[],
): Promise<ReadonlyMap<string, ChainHead>> {
  const rows = await sql.rows<{ chain: string; chain_seq: number; hash: string }>(
    `select chain, chain_seq, hash from audit_chain where $1::text[] is null or chain = any($1)`,
    [chains ?? null],
  );
  return new Map(rows.map((row) => [row.chain, { chainSeq: row.chain_seq, hash: row.hash }]));
}
