import { HubError } from '#domain/hub-error.ts';

/** The life of a directive after its issue (domain.md §5.2); before it there is a draft. */
export const directiveStates = ['issued', 'completed', 'superseded', 'recalled'] as const;
export type DirectiveState = (typeof directiveStates)[number];

export const directiveActs = ['complete', 'reopen', 'supersede', 'recall'] as const;
export type DirectiveAct = (typeof directiveActs)[number];

const moves: Readonly<Record<DirectiveAct, Partial<Readonly<Record<DirectiveState, DirectiveState>>>>> = {
  complete: { issued: 'completed' },
  reopen: { completed: 'issued' },
  supersede: { issued: 'superseded' },
  recall: { issued: 'recalled' },
};

/** The state after an act. Throws `directive_already_closed`. */
export function nextDirectiveState(state: DirectiveState, act: DirectiveAct): DirectiveState {
  const next = moves[act][state];
  if (next === undefined) throw new HubError('directive_already_closed');
  return next;
}

/** Withdrawn by its issuer: its open assignments are cancelled and nothing can be done on it. */
export function isWithdrawn(state: DirectiveState): boolean {
  return state === 'recalled' || state === 'superseded';
}
