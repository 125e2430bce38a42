import type { Page } from '#app/ports/hub-store.ts';
import type { AssignmentFilter, ListedAssignment } from '#app/ports/work-reads.ts';
import { issuingPositions, unitsAnsweredFor, type Actor } from '#domain/access/actor.ts';
import { openStates } from '#domain/directive/assignment-state.ts';
import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Sql } from '#store/database.ts';
import { assignmentOf, type AssignmentRow } from './assignment-row.ts';

interface ListedRow extends AssignmentRow {
  readonly code: string;
  readonly subject: string;
  readonly urgency: Urgency;
  readonly directive_state: DirectiveState;
  readonly issuer_name: string;
  readonly issuer_title: string;
  readonly issuer_unit_name: string;
}

const open = openStates.map((state) => `'${state}'`).join(', ');
/** The same reading of a row as `assignmentOf`. */
const received = `case when a.acknowledged_at is not null then 'acknowledged'
  when a.arrived_at is not null then 'arrived' else 'sent' end`;
const state = `case when d.state in ('recalled', 'superseded') and coalesce(a.work_state, ${received}) in (${open})
  then 'cancelled' else coalesce(a.work_state, ${received}) end`;
/** The same rule as `timelinessOf`; $6 is now, $7 until when a deadline is near. */
const timeliness = `case
  when a.completed_at is not null then case when a.due_at is null or a.completed_at <= a.due_at then 'done_in_time' else 'done_late' end
  when a.due_at is null then 'in_time'
  when $6::timestamptz > a.due_at then 'overdue'
  when a.due_at <= $7::timestamptz or a.due_at - $6::timestamptz <= (a.due_at - a.given_at) * 0.2 then 'near_due'
  else 'in_time' end`;

/** Each scope begins at an index: assignments by their assignee, directives by their issuer, parts by what they are of. */
const scopes = {
  mine: `a.assignee_kind = 'person' and a.assignee_id = any($1::uuid[])`,
  unit: `a.assignee_kind = 'unit' and a.assignee_id = any($1::uuid[])`,
  given: `a.id in (
    select s.id from directive g join assignment s on s.directive_id = g.id and s.parent_id is null
      where g.issuer_account_id = $2::uuid or g.issuer_position_id = any($3::uuid[])
    union
    select s.id from assignment p join assignment s on s.parent_id = p.id where p.assignee_id = any($1::uuid[]))`,
} as const;

const heading: readonly string[] = ['head', 'office_chief', 'unit_head'];

export async function listAssignments(
  sql: Sql,
  actor: Actor,
  filter: AssignmentFilter,
  page: { limit: number; cursor?: string; now: Date; nearUntil: Date },
): Promise<Page<ListedAssignment>> {
  const after = parseCursor(page.cursor);
  const rows = await sql.rows<ListedRow>(
    `select a.*, d.code, d.subject, d.urgency, d.state as directive_state, d.issuer_name, d.issuer_title, d.issuer_unit_name
     from assignment a join directive d on d.id = a.directive_id
     where ${scopes[filter.scope]} and $2::uuid is not null and $3::uuid[] is not null
       and ($4::timestamptz is null or (a.given_at, a.id) < ($4, $5::uuid))
       and ($8::text[] is null or ${state} = any($8))
       and ($9::text is null or (${timeliness} = $9 and ${state} not in ('cancelled', 'transferred')))
       and ($10::text is null or d.urgency = $10)
       and ($11::uuid is null or (a.assignee_kind = 'unit' and $11 = any(unit_path(a.assignee_id))))
       and ($12::text is null or d.subject ilike $12 or d.code ilike $12 or a.title ilike $12 or a.assignee_name ilike $12)
     order by a.given_at desc, a.id desc limit $13`,
    [
      assigneesOf(actor, filter.scope),
      actor.accountId,
      issuingPositions(actor).map(({ positionId }) => positionId),
      after?.givenAt ?? null,
      after?.id ?? null,
      page.now,
      page.nearUntil,
      filter.states ?? null,
      filter.timeliness ?? null,
      filter.urgency ?? null,
      filter.organId ?? null,
      filter.text === undefined ? null : `%${filter.text.normalize('NFC').replaceAll(/[\\%_]/gu, '\\$&')}%`,
      page.limit + 1,
    ],
  );
  const items = rows.slice(0, page.limit).map(listedOf);
  const last = items.at(-1);
  if (rows.length <= page.limit || last === undefined) return { items };
  return { items, nextCursor: `${last.givenAt.getTime()}.${last.assignment.id}` };
}

/** Whose assignments these are, or whose parts were given out. */
function assigneesOf(actor: Actor, scope: AssignmentFilter['scope']): readonly string[] {
  const person = actor.personId === undefined ? [] : [actor.personId];
  switch (scope) {
    case 'mine':
      return person;
    case 'unit':
      return unitsAnsweredFor(actor);
    case 'given':
      return [
        ...person,
        ...actor.positions
          .filter(
            ({ authority, delegatedScope }) =>
              heading.includes(authority) && delegatedScope !== 'direct' && delegatedScope !== 'sign_TUQ',
          )
          .map(({ unitId }) => unitId),
      ];
  }
}

function listedOf(row: ListedRow): ListedAssignment {
  return {
    assignment: assignmentOf(row, row.directive_state, false),
    givenAt: row.given_at,
    directive: {
      id: row.directive_id,
      code: row.code,
      subject: row.subject,
      urgency: row.urgency,
      issuer: { name: row.issuer_name, title: row.issuer_title, unit: row.issuer_unit_name },
    },
  };
}

function parseCursor(cursor: string | undefined): { givenAt: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [, ms, id] = /^([0-9]{1,15})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (ms === undefined || id === undefined) throw new HubError('bad_input', { field: 'cursor' });
  return { givenAt: new Date(Number(ms)), id };
}
