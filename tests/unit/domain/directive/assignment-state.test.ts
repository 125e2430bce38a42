import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignmentActs,
  assignmentStates,
  furtherState,
  nextAssignmentState,
  type AssignmentAct,
  type AssignmentState,
} from '#domain/directive/assignment-state.ts';
import { directiveActs, directiveStates, nextDirectiveState } from '#domain/directive/directive-state.ts';
import { HubError } from '#domain/hub-error.ts';

/** domain.md §5.2, row by row: what each act makes of each state; a state that is not named refuses the act. */
const table: Readonly<Record<AssignmentAct, Partial<Record<AssignmentState, AssignmentState>>>> = {
  arrive: { sent: 'arrived' },
  acknowledge: { sent: 'acknowledged', arrived: 'acknowledged' },
  accept: { acknowledged: 'in_progress' },
  delegate: { acknowledged: 'in_progress', in_progress: 'in_progress' },
  return: { arrived: 'returned', acknowledged: 'returned' },
  insist: { returned: 'acknowledged' },
  reassign: {
    sent: 'transferred',
    arrived: 'transferred',
    acknowledged: 'transferred',
    in_progress: 'transferred',
    submitted: 'transferred',
    submitted_l2: 'transferred',
    returned: 'transferred',
  },
  report: { in_progress: 'in_progress' },
  request_extension: { in_progress: 'in_progress' },
  decide_extension: { in_progress: 'in_progress', submitted: 'submitted', submitted_l2: 'submitted_l2' },
  submit: { in_progress: 'submitted' },
  submit_as_head: { in_progress: 'submitted_l2' },
  endorse: { submitted: 'submitted_l2' },
  confirm: { submitted_l2: 'done' },
  reject: { submitted: 'in_progress', submitted_l2: 'in_progress' },
  evaluate: { done: 'done' },
  reopen: { done: 'in_progress' },
  cancel: {
    sent: 'cancelled',
    arrived: 'cancelled',
    acknowledged: 'cancelled',
    in_progress: 'cancelled',
    submitted: 'cancelled',
    submitted_l2: 'cancelled',
    returned: 'cancelled',
  },
  remind: {
    sent: 'sent',
    arrived: 'arrived',
    acknowledged: 'acknowledged',
    in_progress: 'in_progress',
    submitted: 'submitted',
    submitted_l2: 'submitted_l2',
    returned: 'returned',
  },
};

function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
}

describe('nextAssignmentState', () => {
  it.each(assignmentActs.flatMap((act) => assignmentStates.map((state) => [act, state] as const)))(
    '%s of what is %s',
    (act, state) => {
      const expected = table[act][state] ?? 'assignment_wrong_state';
      for (const role of ['lead', 'coord'] as const)
        expect(outcome(() => nextAssignmentState({ state, role }, act))).toBe(expected);
    },
  );

  it('lets what is for information be received, urged and cancelled, and nothing more', () => {
    const possible = assignmentActs.filter((act) =>
      assignmentStates.some(
        (state) =>
          outcome(() => nextAssignmentState({ state, role: 'info' }, act)) !== 'assignment_wrong_state',
      ),
    );
    expect(possible).toEqual(['arrive', 'acknowledge', 'cancel', 'remind']);
  });
});

describe('nextDirectiveState', () => {
  const states = { complete: 'issued', reopen: 'completed', supersede: 'issued', recall: 'issued' };
  const reached = {
    complete: 'completed',
    reopen: 'issued',
    supersede: 'superseded',
    recall: 'recalled',
  };

  it.each(directiveActs.flatMap((act) => directiveStates.map((state) => [act, state] as const)))(
    '%s of what is %s',
    (act, state) => {
      expect(outcome(() => nextDirectiveState(state, act))).toBe(
        states[act] === state ? reached[act] : 'directive_already_closed',
      );
    },
  );
});

describe('furtherState', () => {
  it('never goes back, and the order of events does not matter', () => {
    const state = fc.constantFrom(...assignmentStates);
    fc.assert(
      fc.property(state, fc.array(state), fc.nat(), (first, others, turn) => {
        const fold = (states: readonly (typeof assignmentStates)[number][]) =>
          states.reduce(furtherState, first);
        const at = others.length === 0 ? 0 : turn % others.length;
        expect(fold([...others.slice(at), ...others.slice(0, at)])).toBe(fold(others));
        expect(assignmentStates.indexOf(fold(others))).toBeGreaterThanOrEqual(
          assignmentStates.indexOf(first),
        );
      }),
    );
  });
});
