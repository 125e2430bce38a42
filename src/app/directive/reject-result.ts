import { givesAs, headsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface RejectResult extends OnAssignment {
  readonly reason: string;
}

/**
 * Sends a result back for more work (yêu cầu làm lại): whoever's word it waits for, or the giver at any time before it
 * is done. Throws `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function rejectResult(ports: WorkPorts, input: RejectResult): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.reject', request: { text } },
    async ({ tx, actor, work: { directive, assignment, parent } }) => {
      const giver = givesAs(actor, directive, parent);
      const head = assignment.state === 'submitted' ? headsAs(actor, assignment) : undefined;
      const as = permitted(giver ?? head);
      const workState = nextAssignmentState(assignment, 'reject');
      await tx.patchAssignments([assignment.id], { workState });
      return { as, kind: 'rejected', moved: [assignment.id], words: { text } };
    },
  );
}
