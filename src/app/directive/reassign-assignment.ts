import { randomUUID } from 'node:crypto';
import { givesAs } from '#domain/access/assignment-policy.ts';
import { issuingPosition } from '#domain/access/policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import type { ResolvedAssignee } from '#app/ports/hub-store.ts';
import {
  actOnAssignment,
  openBelow,
  permitted,
  type OnAssignment,
  type WorkPorts,
} from './act-on-assignment.ts';

export interface ReassignAssignment extends OnAssignment {
  readonly to: { readonly kind: 'person' | 'unit'; readonly id: string };
  readonly reason: string;
}

/**
 * The performing unit changes (chuyển đơn vị thực hiện): another gets an assignment of its own, the former one keeps a
 * record that nobody can act on, and what is open below it is cancelled. Throws `not_found`, `not_permitted`,
 * `bad_input`, `recipient_unknown`, `no_recipient`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function reassignAssignment(ports: WorkPorts, input: ReassignAssignment): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  const { kind, id } = input.to;
  let found: ResolvedAssignee | undefined;
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.reassign', request: { kind, id, text } },
    async ({ tx, actor, at, work: { directive, assignment, parent, above } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      if (found === undefined) throw new HubError('recipient_unknown', { field: 'to' });
      if (issuingPosition(actor, [found.target]) === undefined)
        throw new HubError('not_permitted', { field: 'to' });
      if (assignment.assigneeKind === 'everyone') throw new HubError('assignment_wrong_state');
      if (found.kind === assignment.assigneeKind && found.id === assignment.assigneeId)
        throw new HubError('bad_input', { field: 'to' });
      const workState = nextAssignmentState(assignment, 'reassign');
      const below = openBelow(await tx.assignmentsOf(directive.id), assignment.id).map((part) => part.id);
      await tx.patchAssignments([assignment.id], { workState, extension: null });
      await tx.patchAssignments(below, { workState: 'cancelled', extension: null });
      const added = randomUUID();
      const counts = await tx.addAssignments(
        directive.id,
        [
          {
            id: added,
            assignee: found,
            role: assignment.role,
            title: assignment.title,
            dueAt: assignment.dueAt,
            parentId: assignment.parentId,
            above,
            replacesId: assignment.id,
          },
        ],
        at,
      );
      return {
        as,
        kind: 'reassigned',
        moved: [assignment.id, added, ...below],
        words: { text, from: assignment.assigneeName, to: found.name },
        added: { ids: [added], counts },
      };
    },
    async (tx, { directive, assignment }, at) => {
      [found] = await tx.resolveAssignees([{ role: assignment.role, kind, id }], at);
      if (found === undefined) return [];
      const accountIds = await tx.deliverToAssignees(directive, [found], at);
      return accountIds.length === 0
        ? []
        : [{ type: 'mail.delivered', messageId: directive.messageId, accountIds }];
    },
  );
}
