import { headsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { wordsOf } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface EndorseResult extends OnAssignment {
  readonly note?: string | undefined;
}

/**
 * The first of two confirmations: the head of the performing unit stands by the result. Throws `not_found`,
 * `not_permitted`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function endorseResult(ports: WorkPorts, input: EndorseResult): Promise<{ id: string }> {
  const text = wordsOf(input.note, 'note', 'may');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.endorse', request: { text } },
    async ({ tx, actor, work: { assignment } }) => {
      const as = permitted(headsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, 'endorse');
      await tx.patchAssignments([assignment.id], { workState });
      return {
        as,
        kind: 'endorsed',
        moved: [assignment.id],
        words: text === undefined ? {} : { text },
      };
    },
  );
}
