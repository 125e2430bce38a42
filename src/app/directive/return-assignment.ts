import { headsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface ReturnAssignment extends OnAssignment {
  readonly reason: string;
}

/**
 * Gives an assignment back that is not the assignee's to do (trả lại): its giver hands it on or insists. Throws
 * `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function returnAssignment(ports: WorkPorts, input: ReturnAssignment): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.return', request: { text } },
    async ({ tx, actor, work: { assignment } }) => {
      const as = permitted(headsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, 'return');
      await tx.patchAssignments([assignment.id], { workState });
      return { as, kind: 'returned', moved: [assignment.id], words: { text } };
    },
  );
}
