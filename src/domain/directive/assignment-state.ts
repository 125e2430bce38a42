import type { Role } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';

/**
 * The life of an assignment (domain.md §5.2). The first three are computed from receipts, each implying the ones before
 * it; from `in_progress` on the state is what somebody did. Timeliness is no state: it is computed (`timeliness.ts`).
 */
export const assignmentStates = [
  'sent',
  'arrived',
  'acknowledged',
  'in_progress',
  'submitted',
  'submitted_l2',
  'done',
  'returned',
  'cancelled',
  'transferred',
] as const;
export type AssignmentState = (typeof assignmentStates)[number];

/** What is still to be done: a cancellation or the end of the directive ends these. */
export const openStates = [
  'sent',
  'arrived',
  'acknowledged',
  'in_progress',
  'submitted',
  'submitted_l2',
  'returned',
] as const satisfies readonly AssignmentState[];

export function isOpen(state: AssignmentState): boolean {
  return (openStates as readonly AssignmentState[]).includes(state);
}

export const assignmentActs = [
  'arrive',
  'acknowledge',
  'accept',
  'delegate',
  'return',
  'insist',
  'reassign',
  'report',
  'request_extension',
  'decide_extension',
  'submit',
  'submit_as_head',
  'endorse',
  'confirm',
  'reject',
  'evaluate',
  'reopen',
  'cancel',
  'remind',
] as const;
export type AssignmentAct = (typeof assignmentActs)[number];

type Moves = Partial<Readonly<Record<AssignmentState, AssignmentState>>>;

const fromOpen = (next: AssignmentState | 'same'): Moves =>
  Object.fromEntries(openStates.map((state) => [state, next === 'same' ? state : next]));

/** Act → from → to. What is not here is refused. */
const moves: Readonly<Record<AssignmentAct, Moves>> = {
  arrive: { sent: 'arrived' },
  acknowledge: { sent: 'acknowledged', arrived: 'acknowledged' },
  accept: { acknowledged: 'in_progress' },
  delegate: { acknowledged: 'in_progress', in_progress: 'in_progress' },
  return: { arrived: 'returned', acknowledged: 'returned' },
  insist: { returned: 'acknowledged' },
  // The performing unit changes: what it had stays behind as a record that nobody can act on.
  reassign: fromOpen('transferred'),
  report: { in_progress: 'in_progress' },
  request_extension: { in_progress: 'in_progress' },
  // A result may be handed in while the request still waits.
  decide_extension: { in_progress: 'in_progress', submitted: 'submitted', submitted_l2: 'submitted_l2' },
  submit: { in_progress: 'submitted' },
  submit_as_head: { in_progress: 'submitted_l2' },
  endorse: { submitted: 'submitted_l2' },
  confirm: { submitted_l2: 'done' },
  reject: { submitted: 'in_progress', submitted_l2: 'in_progress' },
  evaluate: { done: 'done' },
  reopen: { done: 'in_progress' },
  cancel: fromOpen('cancelled'),
  remind: fromOpen('same'),
};

/** For information (nhận để biết): it ends at `acknowledged`. */
const actsOnInformation: readonly AssignmentAct[] = ['arrive', 'acknowledge', 'cancel', 'remind'];

/** The state after an act. Throws `assignment_wrong_state`. */
export function nextAssignmentState(
  assignment: { readonly state: AssignmentState; readonly role: Role },
  act: AssignmentAct,
): AssignmentState {
  const next = moves[act][assignment.state];
  const informed = assignment.role === 'info' && !actsOnInformation.includes(act);
  if (next === undefined || informed) throw new HubError('assignment_wrong_state');
  return next;
}

/** Whether the later of two states is `next`, so that an older receipt never takes a state back. */
export function furtherState(current: AssignmentState, next: AssignmentState): AssignmentState {
  return assignmentStates.indexOf(next) > assignmentStates.indexOf(current) ? next : current;
}
