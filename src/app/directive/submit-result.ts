import { headsAs, performsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface SubmitResult extends OnAssignment {
  readonly text: string;
}

/**
 * Hands in the result (báo cáo hoàn thành). Of a unit's assignment its head says yes first, unless the head hands it
 * in. Throws `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function submitResult(ports: WorkPorts, input: SubmitResult): Promise<{ id: string }> {
  const text = neededWords(input.text, 'text');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.submit', request: { text } },
    async ({ tx, actor, at, work: { assignment } }) => {
      const head = headsAs(actor, assignment);
      const as = permitted(head ?? performsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, head === undefined ? 'submit' : 'submit_as_head');
      await tx.patchAssignments([assignment.id], { workState, progress: 100, submittedAt: at });
      return { as, kind: 'submitted', moved: [assignment.id], words: { text, percent: 100 } };
    },
  );
}
