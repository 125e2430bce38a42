import type {
  BoardRecipient,
  DirectiveReads,
  Page,
  SeenDirective,
  StoredDirective,
} from '#app/ports/hub-store.ts';
import { issuingPositions, unitsAnsweredFor, type Actor } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { Urgency } from '#domain/directive/directive.ts';
import type { Origin, OriginKind } from '#domain/directive/origin.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import { heldTasksOf } from '#store/mail/held-tasks.ts';
import type { Database, Sql } from '#store/database.ts';
import { assignmentOf, type AssignmentRow } from './assignment-row.ts';

export interface DirectiveRow {
  readonly id: string;
  readonly code: string;
  readonly subject: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly issuer_account_id: string;
  readonly issuer_position_id: string | null;
  readonly issuer_name: string;
  readonly issuer_title: string;
  readonly issuer_unit_name: string;
  readonly issued_at: Date;
  readonly due_at: Date | null;
  readonly acknowledge_within_minutes: number | null;
  readonly content_hash: Buffer;
  readonly state: DirectiveState;
  readonly recalled_at: Date | null;
  readonly recall_reason: string | null;
  readonly completed_at: Date | null;
  readonly due_kind: 'working_days' | 'date' | null;
  readonly origin_kind: OriginKind | null;
  readonly origin_reference: string | null;
  readonly supersedes_id: string | null;
  readonly superseded_by_id: string | null;
  readonly superseded_at: Date | null;
  readonly message_id: number;
  readonly rooms: string[];
  readonly recipient_count: number;
  readonly arrived_count: number;
  readonly opened_count: number;
  readonly acknowledged_count: number;
}

interface OwnRow {
  readonly directive_id: string;
  readonly ordinals: number[];
  readonly opened_at: Date | null;
  readonly acknowledged_at: Date | null;
}

function originOf(kind: OriginKind, reference: string | null): Origin {
  return { kind, ...(reference === null ? {} : { reference }) };
}

export function storedDirectiveOf(row: DirectiveRow): StoredDirective {
  return {
    id: row.id,
    code: row.code,
    subject: row.subject,
    text: row.text,
    urgency: row.urgency,
    issuerAccountId: row.issuer_account_id,
    ...(row.issuer_position_id === null ? {} : { issuerPositionId: row.issuer_position_id }),
    issuer: { name: row.issuer_name, title: row.issuer_title, unit: row.issuer_unit_name },
    issuedAt: row.issued_at,
    ...(row.due_at === null ? {} : { dueAt: row.due_at }),
    ...(row.acknowledge_within_minutes === null
      ? {}
      : { acknowledgeWithinMinutes: row.acknowledge_within_minutes }),
    contentHash: row.content_hash.toString('hex'),
    state: row.state,
    ...(row.recalled_at === null ? {} : { recalledAt: row.recalled_at }),
    ...(row.recall_reason === null ? {} : { recallReason: row.recall_reason }),
    ...(row.due_kind === null ? {} : { dueKind: row.due_kind }),
    ...(row.origin_kind === null ? {} : { origin: originOf(row.origin_kind, row.origin_reference) }),
    ...(row.completed_at === null ? {} : { completedAt: row.completed_at }),
    ...(row.supersedes_id === null ? {} : { supersedesId: row.supersedes_id }),
    ...(row.superseded_by_id === null ? {} : { supersededById: row.superseded_by_id }),
    ...(row.superseded_at === null ? {} : { supersededAt: row.superseded_at }),
    messageId: String(row.message_id),
    rooms: row.rooms,
  };
}

/** What each of these directives is to the actor: two more statements, whatever their number. */
async function see(sql: Sql, actor: Actor, rows: readonly DirectiveRow[]): Promise<SeenDirective[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const assignments = Map.groupBy(
    await sql.rows<AssignmentRow>(
      `select * from assignment where directive_id = any($1::uuid[]) order by directive_id, ordinal`,
      [ids],
    ),
    (row) => row.directive_id,
  );
  const own = new Map(
    (
      await sql.rows<OwnRow>(
        `select directive_id, ordinals, opened_at, acknowledged_at from recipient
         where account_id = $1 and directive_id = any($2::uuid[])`,
        [actor.accountId, ids],
      )
    ).map((row) => [row.directive_id, row]),
  );
  // Those of `everyone` are known by the ordinals of the viewer's own row.
  const ownRooms = [
    rooms.account(actor.accountId),
    ...unitsAnsweredFor(actor).map((unitId) => rooms.unit(unitId)),
  ];
  return rows.map((row): SeenDirective => {
    const directive = storedDirectiveOf(row);
    const mine = own.get(row.id);
    const issuer = mayActAsIssuer(actor, directive);
    const seen = (assignments.get(row.id) ?? []).filter(
      (assignment) =>
        issuer ||
        mine?.ordinals.includes(assignment.ordinal) ||
        [assignment.room, ...(assignment.above ?? [])].some((room) => ownRooms.includes(room)),
    );
    return {
      directive,
      issuer,
      assignments: seen.map((assignment) =>
        assignmentOf(assignment, row.state, !issuer && mine !== undefined && mine.acknowledged_at !== null),
      ),
      ...(mine === undefined ? {} : { mine: ownTimes(mine) }),
      counts: {
        recipients: row.recipient_count,
        delivered: row.recipient_count,
        arrived: row.arrived_count,
        opened: row.opened_count,
        acknowledged: row.acknowledged_count,
      },
    };
  });
}

function ownTimes(row: OwnRow): NonNullable<SeenDirective['mine']> {
  return {
    ...(row.opened_at === null ? {} : { openedAt: row.opened_at }),
    ...(row.acknowledged_at === null ? {} : { acknowledgedAt: row.acknowledged_at }),
  };
}

export function createDirectiveReads(database: Database): DirectiveReads {
  return {
    snapshot: (actor, limit) =>
      database.snapshot(async (tx) => {
        const [head] = await tx.rows<{ position: number }>(`select position from log_head`);
        const rows = await tx.rows<DirectiveRow>(
          `select d.* from directive d where d.id in (
             select directive_id from recipient where account_id = $1
             union select id from directive where issuer_account_id = $1
             union select id from directive where issuer_position_id = any($2::uuid[])
             union select directive_id from assignment where assignee_kind = 'unit' and assignee_id = any($3::uuid[]))
           order by d.issued_at desc, d.code desc limit $4`,
          [
            actor.accountId,
            issuingPositions(actor).map((position) => position.positionId),
            unitsAnsweredFor(actor),
            limit,
          ],
        );
        return {
          position: head?.position ?? 0,
          directives: await see(tx, actor, rows),
          heldMail: await heldTasksOf(tx, actor.accountId),
        };
      }),

    async seenDirective(actor, id) {
      const rows = await database.rows<DirectiveRow>(`select * from directive where id = $1`, [id]);
      const [seen] = await see(database, actor, rows);
      // Every path to a directive ends in one of these three (policy.mayReadDirective); without one there is nothing.
      if (seen === undefined || (!seen.issuer && seen.mine === undefined && seen.assignments.length === 0))
        return undefined;
      return seen;
    },

    board: (directiveId, page) => readBoard(database, directiveId, page),
  };
}

interface BoardDbRow {
  readonly account_id: string;
  readonly name: string;
  readonly address: string;
  readonly unit: string | null;
  readonly assignment_ids: string[];
  readonly delivered_at: Date;
  readonly arrived_at: Date | null;
  readonly opened_at: Date | null;
  readonly opened_by: string | null;
  readonly acknowledged_at: Date | null;
}

/** Not yet acknowledged first, then by address; the cursor is the last row's place in that order. */
async function readBoard(
  sql: Sql,
  directiveId: string,
  page: { limit: number; cursor?: string },
): Promise<Page<BoardRecipient>> {
  const after = parseCursor(page.cursor);
  const rows = await sql.rows<BoardDbRow>(
    `select r.account_id, a.display_name as name, a.address, u.name as unit, r.delivered_at, r.arrived_at, r.opened_at,
       r.acknowledged_at, (select o.display_name from account o where o.id = r.opened_by) as opened_by,
       (select array_agg(s.id::text order by s.ordinal) from assignment s
        where s.directive_id = r.directive_id and s.ordinal = any(r.ordinals)) as assignment_ids
     from recipient r join account a on a.id = r.account_id left join org_unit u on u.id = a.unit_id
     where r.directive_id = $1 and ($2::boolean is null or (r.acknowledged_at is not null, a.address) > ($2, $3))
     order by r.acknowledged_at is not null, a.address limit $4`,
    [directiveId, after?.acknowledged ?? null, after?.address ?? '', page.limit + 1],
  );
  const items = rows.slice(0, page.limit).map((row): BoardRecipient => ({
    accountId: row.account_id,
    name: row.name,
    address: row.address,
    unit: row.unit ?? '',
    assignmentIds: row.assignment_ids,
    deliveredAt: row.delivered_at,
    ...(row.arrived_at === null ? {} : { arrivedAt: row.arrived_at }),
    ...(row.opened_at === null ? {} : { openedAt: row.opened_at }),
    ...(row.opened_by === null ? {} : { openedBy: row.opened_by }),
    ...(row.acknowledged_at === null ? {} : { acknowledgedAt: row.acknowledged_at }),
  }));
  const last = items.at(-1);
  if (rows.length <= page.limit || last === undefined) return { items };
  return { items, nextCursor: `${last.acknowledgedAt === undefined ? 0 : 1}${last.address}` };
}

function parseCursor(cursor: string | undefined): { acknowledged: boolean; address: string } | undefined {
  if (cursor === undefined) return undefined;
  if (!/^[01][^\s]{3,320}$/.test(cursor)) throw new HubError('bad_input', { field: 'cursor' });
  return { acknowledged: cursor.startsWith('1'), address: cursor.slice(1) };
}
