import type { Page, StoredDirective } from '#app/ports/hub-store.ts';
import type { TimelineEntry } from '#app/ports/work-reads.ts';
import type { WorkKind } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql } from '#store/database.ts';

interface RecordRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: WorkKind;
  readonly at: Date;
  readonly assignment_id: string;
  readonly assignee_name: string;
  readonly content: Omit<TimelineEntry, 'id' | 'kind' | 'at' | 'assignmentId' | 'assignee'>;
}

/** The cursor is the number of the last record; the issue stands before the first, a withdrawal after the last. */
export async function readTimeline(
  sql: Sql,
  directive: StoredDirective,
  page: { assignmentIds?: readonly string[]; limit: number; cursor?: string },
): Promise<Page<TimelineEntry>> {
  if (page.cursor !== undefined && !/^[0-9]{1,15}$/.test(page.cursor))
    throw new HubError('bad_input', { field: 'cursor' });
  const rows = await sql.rows<RecordRow>(
    `select w.seq, w.id, w.kind, w.at, w.assignment_id, a.assignee_name, w.content
     from work_record w join assignment a on a.id = w.assignment_id
     where w.directive_id = $1 and w.seq > $2 and ($3::uuid[] is null or w.assignment_id = any($3))
     order by w.seq limit $4`,
    [directive.id, Number(page.cursor ?? 0), page.assignmentIds ?? null, page.limit + 1],
  );
  const records = rows.slice(0, page.limit).map(entryOf);
  const items = page.cursor === undefined ? [issuedEntry(directive), ...records] : records;
  const last = rows.at(page.limit - 1);
  if (rows.length > page.limit && last !== undefined) return { items, nextCursor: String(last.seq) };
  const end = endOf(directive, items.at(-1)?.at ?? directive.issuedAt);
  return { items: end === undefined ? items : [...items, end] };
}

function entryOf(row: RecordRow): TimelineEntry {
  const { by, text, percent, newDueAt, previousDueAt, evaluation, from, to } = row.content;
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    assignmentId: row.assignment_id,
    assignee: row.assignee_name,
    by: {
      name: by.name,
      title: by.title,
      ...(by.onBehalfOf === undefined ? {} : { onBehalfOf: by.onBehalfOf }),
    },
    ...(text === undefined ? {} : { text }),
    ...(percent === undefined ? {} : { percent }),
    ...(newDueAt === undefined ? {} : { newDueAt }),
    ...(previousDueAt === undefined ? {} : { previousDueAt }),
    ...(evaluation === undefined ? {} : { evaluation }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function issuedEntry(directive: StoredDirective): TimelineEntry {
  return {
    id: directive.id,
    kind: 'issued',
    at: directive.issuedAt,
    by: { name: directive.issuer.name, title: directive.issuer.title },
  };
}

function endOf(directive: StoredDirective, last: Date): TimelineEntry | undefined {
  const by = { name: directive.issuer.name, title: directive.issuer.title };
  if (directive.state === 'recalled')
    return {
      id: `${directive.id}-recalled`,
      kind: 'recalled',
      at: directive.recalledAt ?? last,
      by,
      ...(directive.recallReason === undefined ? {} : { text: directive.recallReason }),
    };
  if (directive.state !== 'superseded') return undefined;
  return {
    id: directive.supersededById ?? `${directive.id}-superseded`,
    kind: 'superseded',
    at: directive.supersededAt ?? last,
    by,
  };
}
