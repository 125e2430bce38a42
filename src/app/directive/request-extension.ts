import { randomUUID } from 'node:crypto';
import { performsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { checkExtension, neededWords } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface RequestExtension extends OnAssignment {
  readonly newDueAt: Date;
  readonly reason: string;
}

/**
 * Asks for more time (xin gia hạn); nothing changes until the giver has answered. Throws `not_found`, `not_permitted`,
 * `bad_input`, `deadline_in_past`, `deadline_after_parent`, `extension_undecided`, `extension_limit_reached`,
 * `assignment_wrong_state`, `directive_already_closed`.
 */
export function requestExtension(ports: WorkPorts, input: RequestExtension): Promise<{ id: string }> {
  const { newDueAt } = input;
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'extension.request', request: { newDueAt, text } },
    async ({ tx, actor, at, work: { assignment, parent } }) => {
      const as = permitted(performsAs(actor, assignment));
      nextAssignmentState(assignment, 'request_extension');
      checkExtension(assignment, newDueAt, at);
      const previousDueAt = assignment.dueAt ?? newDueAt;
      if (parent?.dueAt !== undefined && newDueAt > parent.dueAt)
        throw new HubError('deadline_after_parent', { field: 'newDueAt' });
      const id = randomUUID();
      await tx.openExtension({
        id,
        assignmentId: assignment.id,
        previousDueAt,
        newDueAt,
        reason: text,
        requestedAt: at,
        requestedBy: actor.accountId,
      });
      await tx.patchAssignments([assignment.id], { extension: { id, dueAt: newDueAt, reason: text } });
      return {
        as,
        kind: 'extension_requested',
        moved: [assignment.id],
        words: { text, newDueAt, previousDueAt },
      };
    },
  );
}
