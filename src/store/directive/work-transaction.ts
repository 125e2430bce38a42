import type { Work, WorkPatch, WorkTransaction } from '#app/ports/work-store.ts';
import type { WorkRecord } from '#domain/directive/work-event.ts';
import { HubError } from '#domain/hub-error.ts';
import { toStored } from '#domain/stored.ts';
import type { Transaction } from '#store/database.ts';
import { markRecalled } from '#store/mail/mark-recalled.ts';
import { addAssignments, deliverToAssignees, lockMailboxesOf } from './add-assignments.ts';
import { assignmentOf, type AssignmentRow } from './assignment-row.ts';
import { storedDirectiveOf, type DirectiveRow } from './read-directives.ts';

/** Work on assignments inside one transaction. */
export function workTransaction(tx: Transaction): WorkTransaction {
  return {
    findWork: (id) => readWork(tx, id),
    async lockWork(id) {
      await tx.rows(
        `select from directive where id = (select directive_id from assignment where id = $1) for no key update`,
        [id],
      );
      return readWork(tx, id);
    },
    async assignmentsOf(directiveId) {
      const [directive] = await tx.rows<DirectiveRow>(`select * from directive where id = $1`, [directiveId]);
      const rows = await tx.rows<AssignmentRow>(
        `select * from assignment where directive_id = $1 order by ordinal`,
        [directiveId],
      );
      return directive === undefined ? [] : rows.map((row) => assignmentOf(row, directive.state, false));
    },
    patchAssignments: (ids, patch) => patchAssignments(tx, ids, patch),
    movedAssignments: (ids) => movedAssignments(tx, ids),
    async setDirectiveState(id, state, completedAt) {
      await tx.rows(`update directive set state = $2, completed_at = $3 where id = $1`, [
        id,
        state,
        completedAt ?? null,
      ]);
    },
    addWorkRecord: (record) => addWorkRecord(tx, record),
    deliverToAssignees: (directive, assignees, at) => deliverToAssignees(tx, directive, assignees, at),
    addAssignments: (directiveId, parts, at) => addAssignments(tx, directiveId, parts, at),
    async openExtension(extension) {
      await tx.rows(
        `insert into extension_request (id, assignment_id, state, previous_due_at, new_due_at, reason, requested_at, requested_by)
         values ($1, $2, 'pending', $3, $4, $5, $6, $7)`,
        [
          extension.id,
          extension.assignmentId,
          extension.previousDueAt,
          extension.newDueAt,
          extension.reason,
          extension.requestedAt,
          extension.requestedBy,
        ],
      );
    },
    async closeExtension(id, state, decided) {
      await tx.rows(
        `update extension_request set state = $2, decided_at = $3, decided_by = $4, decision_note = $5
         where id = $1 and state = 'pending'`,
        [id, state, decided.at, decided.by, decided.note ?? null],
      );
    },
    async supersedeDirective(directive, supersededById, at) {
      const closed = await tx.rows(
        `update directive set state = 'superseded', superseded_by_id = $2, superseded_at = $3
         where id = $1 and state = 'issued' returning id`,
        [directive.id, supersededById, at],
      );
      if (closed.length === 0) throw new HubError('directive_already_closed');
    },
    lockMailboxesOf: (directive, assignees, at) => lockMailboxesOf(tx, directive, assignees, at),
    async markMailRecalled(directive) {
      await markRecalled(tx, directive.messageId);
    },
  };
}

interface WorkRow extends AssignmentRow {
  readonly submitted_at: Date | null;
  readonly confirmed_at: Date | null;
}

async function readWork(tx: Transaction, id: string): Promise<Work | undefined> {
  const rows = await tx.rows<WorkRow>(
    `select a.* from assignment a
     where a.id = $1 or a.id = (select parent_id from assignment where id = $1)`,
    [id],
  );
  const own = rows.find((row) => row.id === id);
  if (own === undefined) return undefined;
  const [directive] = await tx.rows<DirectiveRow>(`select * from directive where id = $1`, [
    own.directive_id,
  ]);
  if (directive === undefined) throw new Error(`assignment ${id} is of no directive`);
  const parent = rows.find((row) => row.id === own.parent_id);
  return {
    directive: storedDirectiveOf(directive),
    assignment: assignmentOf(own, directive.state, false),
    above: own.above ?? [],
    ...(parent === undefined ? {} : { parent: assignmentOf(parent, directive.state, false) }),
    givenAt: own.given_at,
    ...(own.submitted_at === null ? {} : { submittedAt: own.submitted_at }),
    ...(own.confirmed_at === null ? {} : { confirmedAt: own.confirmed_at }),
  };
}

/** A patch in the columns it changes; their names are ours, the values are parameters. */
async function patchAssignments(tx: Transaction, ids: readonly string[], patch: WorkPatch): Promise<void> {
  const { extension } = patch;
  const columns: [string, unknown][] = [
    ['work_state', patch.workState],
    ['acknowledged_at', patch.acknowledgedAt],
    ['progress', patch.progress],
    ['due_at', patch.dueAt],
    ['original_due_at', patch.originalDueAt],
    ['extension_count', patch.extensionCount],
    ['extension_id', extension === null ? null : extension?.id],
    ['extension_due_at', extension === null ? null : extension?.dueAt],
    ['extension_reason', extension === null ? null : extension?.reason],
    ['submitted_at', patch.submittedAt],
    ['completed_at', patch.completedAt],
    ['confirmed_at', patch.confirmedAt],
    ['evaluation', patch.evaluation],
  ];
  const set = columns.filter(([, value]) => value !== undefined);
  if (set.length === 0 || ids.length === 0) return;
  const text = set.map(([column], index) => `${column} = $${index + 2}`).join(', ');
  await tx.rows(`update assignment set ${text} where id = any($1::uuid[])`, [
    ids,
    ...set.map(([, value]) => value),
  ]);
}

async function movedAssignments(
  tx: Transaction,
  ids: readonly string[],
): ReturnType<WorkTransaction['movedAssignments']> {
  const rows = await tx.rows<AssignmentRow & { directive_state: DirectiveRow['state'] }>(
    `select a.*, d.state as directive_state from unnest($1::uuid[]) with ordinality as w(id, place)
     join assignment a on a.id = w.id join directive d on d.id = a.directive_id order by w.place`,
    [ids],
  );
  return rows.map((row) => ({
    assignment: toStored(assignmentOf(row, row.directive_state, false)),
    above: row.above ?? [],
  }));
}

async function addWorkRecord(tx: Transaction, record: WorkRecord): Promise<void> {
  const { id, directiveId, assignmentId, kind, at, ...content } = record;
  await tx.rows(
    `insert into work_record (id, directive_id, assignment_id, kind, at, by_account_id, on_behalf_of_position_id, content)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      directiveId,
      assignmentId,
      kind,
      at,
      record.by.accountId,
      record.by.onBehalfOfPositionId ?? null,
      JSON.stringify(content),
    ],
  );
}
