import { performsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

/**
 * Takes an acknowledged assignment up (tiếp nhận xử lý). Throws `not_found`, `not_permitted`, `assignment_wrong_state`,
 * `directive_already_closed`.
 */
export function acceptAssignment(ports: WorkPorts, input: OnAssignment): Promise<{ id: string }> {
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.accept' },
    async ({ tx, actor, work: { assignment } }) => {
      const as = permitted(performsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, 'accept');
      await tx.patchAssignments([assignment.id], { workState });
      return { as, kind: 'accepted', moved: [assignment.id] };
    },
  );
}
