import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface InsistOnAssignment extends OnAssignment {
  readonly reason: string;
}

/**
 * The giver does not take a returned assignment back (yêu cầu thực hiện): it counts as acknowledged. Throws
 * `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function insistOnAssignment(ports: WorkPorts, input: InsistOnAssignment): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.insist', request: { text } },
    async ({ tx, actor, at, work: { directive, assignment, parent } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      const workState = nextAssignmentState(assignment, 'insist');
      await tx.patchAssignments([assignment.id], { workState, acknowledgedAt: at });
      return { as, kind: 'insisted', moved: [assignment.id], words: { text } };
    },
  );
}
