import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import {
  actOnAssignment,
  openBelow,
  permitted,
  type OnAssignment,
  type WorkPorts,
} from './act-on-assignment.ts';

export interface CancelAssignment extends OnAssignment {
  readonly reason: string;
}

/**
 * Ends one assignment and what is open below it (hủy giao việc); the directive goes on. What everyone was told is
 * recalled with its directive. Throws `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`,
 * `directive_already_closed`.
 */
export function cancelAssignment(ports: WorkPorts, input: CancelAssignment): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.cancel', request: { text } },
    async ({ tx, actor, work: { directive, assignment, parent } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      if (assignment.assigneeKind === 'everyone') throw new HubError('assignment_wrong_state');
      const workState = nextAssignmentState(assignment, 'cancel');
      const below = openBelow(await tx.assignmentsOf(directive.id), assignment.id);
      const moved = [assignment.id, ...below.map(({ id }) => id)];
      await tx.patchAssignments(moved, { workState, extension: null });
      return { as, kind: 'cancelled', moved, words: { text } };
    },
  );
}
