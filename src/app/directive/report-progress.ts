import { performsAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { checkPercent, neededWords } from '#domain/directive/work.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface ReportProgress extends OnAssignment {
  /** 0 to 100, whole. */
  readonly percent: number;
  readonly text: string;
}

/**
 * Reports how far the work has come (báo cáo tiến độ). Throws `not_found`, `not_permitted`, `bad_input`,
 * `assignment_wrong_state`, `directive_already_closed`.
 */
export function reportProgress(ports: WorkPorts, input: ReportProgress): Promise<{ id: string }> {
  const { percent } = input;
  const text = neededWords(input.text, 'text');
  checkPercent(percent);
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.report', request: { percent, text } },
    async ({ tx, actor, work: { assignment } }) => {
      const as = permitted(performsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, 'report');
      await tx.patchAssignments([assignment.id], { workState, progress: percent });
      return { as, kind: 'reported', moved: [assignment.id], words: { text, percent } };
    },
  );
}
