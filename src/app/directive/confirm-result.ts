import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { nextDirectiveState } from '#domain/directive/directive-state.ts';
import { isCompleted, wordsOf } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface ConfirmResult extends OnAssignment {
  readonly note?: string | undefined;
}

/**
 * The second confirmation: the giver takes the result, and the work is done. It was done when its result was handed in,
 * so that a giver who takes time makes nobody late. With the last lead the directive is completed. Throws `not_found`,
 * `not_permitted`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function confirmResult(ports: WorkPorts, input: ConfirmResult): Promise<{ id: string }> {
  const text = wordsOf(input.note, 'note', 'may');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.confirm', request: { text } },
    async ({ tx, actor, at, work: { directive, assignment, parent, submittedAt } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      const workState = nextAssignmentState(assignment, 'confirm');
      // Whoever gave out a request for more time and the result at once has decided both.
      if (assignment.extensionId !== undefined)
        await tx.closeExtension(assignment.extensionId, 'withdrawn', { at, by: actor.accountId });
      await tx.patchAssignments([assignment.id], {
        workState,
        completedAt: submittedAt ?? at,
        confirmedAt: at,
        extension: null,
      });
      const completes =
        directive.state === 'issued' &&
        assignment.parentId === undefined &&
        isCompleted(await tx.assignmentsOf(directive.id));
      if (completes)
        await tx.setDirectiveState(directive.id, nextDirectiveState(directive.state, 'complete'), at);
      return {
        as,
        kind: 'confirmed',
        moved: [assignment.id],
        words: text === undefined ? {} : { text },
        ...(completes ? { directive: { state: 'completed', completedAt: at } } : {}),
      };
    },
  );
}
