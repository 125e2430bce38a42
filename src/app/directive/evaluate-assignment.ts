import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { wordsOf, type Evaluation } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface EvaluateAssignment extends OnAssignment {
  readonly evaluation: Evaluation;
  readonly note?: string | undefined;
}

/**
 * Says how well it was done (đánh giá); the last word counts, the earlier ones stay in the record. Throws `not_found`,
 * `not_permitted`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function evaluateAssignment(ports: WorkPorts, input: EvaluateAssignment): Promise<{ id: string }> {
  const { evaluation } = input;
  const text = wordsOf(input.note, 'note', 'may');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.evaluate', request: { evaluation, text } },
    async ({ tx, actor, work: { directive, assignment, parent } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      nextAssignmentState(assignment, 'evaluate');
      await tx.patchAssignments([assignment.id], { evaluation });
      return {
        as,
        kind: 'evaluated',
        moved: [assignment.id],
        words: { evaluation, ...(text === undefined ? {} : { text }) },
      };
    },
  );
}
