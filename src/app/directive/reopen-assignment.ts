import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { nextDirectiveState } from '#domain/directive/directive-state.ts';
import { checkReopen, neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface ReopenAssignment extends OnAssignment {
  readonly reason: string;
}

/**
 * Takes done work up again (mở lại), within 30 days; a lead opens its directive again. Throws `not_found`,
 * `not_permitted`, `bad_input`, `time_limit_passed`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function reopenAssignment(ports: WorkPorts, input: ReopenAssignment): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.reopen', request: { text } },
    async ({ tx, actor, at, work: { directive, assignment, parent, confirmedAt } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      const workState = nextAssignmentState(assignment, 'reopen');
      checkReopen(confirmedAt ?? at, at);
      await tx.patchAssignments([assignment.id], {
        workState,
        completedAt: null,
        confirmedAt: null,
        evaluation: null,
      });
      const reopens =
        directive.state === 'completed' && assignment.role === 'lead' && assignment.parentId === undefined;
      const state = reopens ? nextDirectiveState(directive.state, 'reopen') : directive.state;
      if (reopens) await tx.setDirectiveState(directive.id, state, undefined);
      return {
        as,
        kind: 'reopened',
        moved: [assignment.id],
        words: { text },
        ...(reopens ? { directive: { state } } : {}),
      };
    },
  );
}
