import { headsAs } from '#domain/access/assignment-policy.ts';
import { afterWorkingDays } from '#domain/calendar/working-time.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords, returnWithinWorkingDays } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import type { ProvinceCalendar } from '#app/ports/province-calendar.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface ReturnAssignment extends OnAssignment {
  readonly reason: string;
}

/**
 * Gives an assignment back that is not the assignee's to do (trả lại): its giver hands it on or insists. Within one working
 * day after it was given. Throws
 * `not_found`, `not_permitted`, `bad_input`, `time_limit_passed`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function returnAssignment(
  ports: WorkPorts & ProvinceCalendar,
  input: ReturnAssignment,
): Promise<{ id: string }> {
  const text = neededWords(input.reason, 'reason');
  return actOnAssignment(
    ports,
    input,
    { operation: 'assignment.return', request: { text } },
    async ({ tx, actor, at, work: { assignment, givenAt } }) => {
      const as = permitted(headsAs(actor, assignment));
      const workState = nextAssignmentState(assignment, 'return');
      if (
        at > afterWorkingDays(await ports.calendar.calendars.ofProvince(), givenAt, returnWithinWorkingDays)
      )
        throw new HubError('time_limit_passed');
      await tx.patchAssignments([assignment.id], { workState });
      return { as, kind: 'returned', moved: [assignment.id], words: { text } };
    },
  );
}
