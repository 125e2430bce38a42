import type {
  DocumentDetail,
  DocumentQuery,
  Documents,
  DraftVersion,
  StoredDocument,
} from '#app/ports/documents.ts';
import type { Page } from '#app/ports/hub-store.ts';
import {
  directions,
  type Direction,
  type DocumentStep,
  type OfficialDocument,
} from '#domain/document/document.ts';
import type { DraftContent } from '#domain/document/draft.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Database, Sql } from '#store/database.ts';
import {
  assigneeColumns,
  handoverColumns,
  handoverOf,
  type AssigneeRow,
  type HandoverRow,
} from './document-handovers.ts';
import {
  deliveryColumns,
  deliveryOf,
  documentColumns,
  documentOf,
  withoutNulls,
  type DeliveryRow,
  type DocumentRow,
} from './document-rows.ts';
import { findDuplicates } from './find-duplicates.ts';

export function createDocumentReads(database: Database): Omit<Documents, 'transaction'> {
  return {
    work: (rooms, limit) =>
      database.snapshot(async (tx) => {
        const position = await headOf(tx);
        const rows = await newest(tx, { rooms, which: 'open', limit });
        return { position, items: rows.map(documentOf) };
      }),
    list: (query) => listDocuments(database, query),
    detail: (id, rooms) =>
      database.snapshot(async (tx) => {
        const found = await readDetail(tx, id, rooms);
        if (found === undefined) return undefined;
        const [organ] = await tx.rows<{ name: string }>(`select name from org_unit where id = $1`, [
          found.document.organId,
        ]);
        return { ...found, position: await headOf(tx), organName: organ?.name ?? '' };
      }),
    versions: (id, page) => listVersions(database, id, page),
    duplicates: (query) => findDuplicates(database, query),
  };
}

async function headOf(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ position: number }>(`select position from log_head`);
  return row?.position ?? 0;
}

interface Place {
  readonly createdAt: string;
  readonly id: string;
}

interface Newest {
  readonly rooms: readonly string[];
  /** `open`: of any direction, while somebody has something to do with it. */
  readonly which: 'open' | readonly Direction[];
  readonly limit: number;
  readonly after?: Place | undefined;
}

/**
 * Each room (and direction) is one scan of its index that stops early, whatever the number of documents; what several
 * rooms show is taken once.
 */
function newest(sql: Sql, { rooms, which, limit, after }: Newest): Promise<DocumentRow[]> {
  const kind = which === 'open' ? 'is_open' : 'direction = w.direction';
  const place = after === undefined ? '' : 'and (created_at, document_id) < ($4, $5::uuid)';
  return sql.rows<DocumentRow>(
    `select ${documentColumns} from (
       select distinct s.document_id, s.created_at
       from unnest($1::text[]) as r(room) cross join unnest($2::text[]) as w(direction) cross join lateral (
         select document_id, created_at from document_room where room = r.room and ${kind} ${place}
         order by created_at desc, document_id desc limit $3) s
       order by s.created_at desc, s.document_id desc limit $3) found
     join document d on d.id = found.document_id order by d.created_at desc, d.id desc`,
    [
      rooms,
      which === 'open' ? ['any'] : which,
      limit,
      ...(after === undefined ? [] : [after.createdAt, after.id]),
    ],
  );
}

async function listDocuments(sql: Sql, query: DocumentQuery): Promise<Page<OfficialDocument>> {
  const rows = await newest(sql, {
    rooms: query.rooms,
    which: query.direction === undefined ? directions : [query.direction],
    limit: query.limit + 1,
    after: placeOf(query.cursor),
  });
  const items = rows.slice(0, query.limit).map(documentOf);
  const last = items.at(-1);
  if (rows.length <= query.limit || last === undefined) return { items };
  return { items, nextCursor: `${last.createdAt.toISOString()}_${last.id}` };
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, createdAt, id] = /^(\d{4}-\d\d-\d\dT[\d:.]{8,12}Z)_([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined || Number.isNaN(Date.parse(createdAt)))
    throw new HubError('bad_input', { field: 'cursor' });
  return { createdAt, id };
}

async function readDetail(
  sql: Sql,
  id: string,
  rooms: readonly string[],
): Promise<DocumentDetail | undefined> {
  const [row] = await sql.rows<DocumentRow>(
    `select ${documentColumns} from document d where d.id = $1 and d.rooms && $2::text[]`,
    [id, rooms],
  );
  if (row === undefined) return undefined;
  const document = documentOf(row);
  const steps = await sql.rows<DocumentStep & { note: string | null }>(
    `select ordinal, act, state, at, by_name as "byName", by_title as "byTitle", note from document_step
     where document_id = $1 order by ordinal`,
    [id],
  );
  const deliveries = await sql.rows<DeliveryRow>(
    `select ${deliveryColumns} from document_delivery v where v.document_id = $1 order by v.ordinal`,
    [id],
  );
  const handovers = await sql.rows<HandoverRow>(
    `select ${handoverColumns} from document_handover h where h.document_id = $1 order by h.ordinal`,
    [id],
  );
  const assignees = await sql.rows<AssigneeRow>(
    `select ${assigneeColumns} from document_assignee a where a.document_id = $1 order by a.ordinal`,
    [id],
  );
  const issued = await issuedContent(sql, document);
  return {
    document,
    steps: steps.map((step) => withoutNulls(step) as DocumentStep),
    deliveries: deliveries.map(deliveryOf),
    handovers: handovers.map(handoverOf),
    assignees: assignees.map((assignee) => withoutNulls(assignee) as DocumentDetail['assignees'][number]),
    ...(issued === undefined ? {} : { issued }),
  };
}

/** What a sender of the hub issued: readable by the receiver until it is taken back or replaced. */
async function issuedContent(sql: Sql, document: StoredDocument): Promise<DraftContent | undefined> {
  if (document.originId === undefined || ['withdrawn', 'replaced', 'refused'].includes(document.state))
    return undefined;
  const [row] = await sql.rows<{ draft: DraftContent | null }>(`select draft from document where id = $1`, [
    document.originId,
  ]);
  return row?.draft ?? undefined;
}

async function listVersions(
  sql: Sql,
  id: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<DraftVersion>> {
  if (page.cursor !== undefined && !/^\d{1,9}$/.test(page.cursor))
    throw new HubError('bad_input', { field: 'cursor' });
  const rows = await sql.rows<Omit<DraftVersion, 'contentHash'> & { contentHash: Buffer }>(
    `select version as number, saved_at as "savedAt", saved_by_name as "savedByName", content,
       content_hash as "contentHash" from document_version
     where document_id = $1 and ($2::int is null or version < $2) order by version desc limit $3`,
    [id, page.cursor ?? null, page.limit + 1],
  );
  const items = rows
    .slice(0, page.limit)
    .map((row) => ({ ...row, contentHash: row.contentHash.toString('hex') }));
  const last = items.at(-1);
  return rows.length > page.limit && last !== undefined
    ? { items, nextCursor: String(last.number) }
    : { items };
}
