import type { WorkChange } from './change.ts';
import type { AssignmentView, DirectiveView } from './view.ts';

/** Puts what the viewer sees of a piece of work into the directive, which new assignees have not heard of before. */
export function applyWork(
  directives: readonly DirectiveView[],
  change: WorkChange,
  insert: (directives: readonly DirectiveView[], added: DirectiveView) => DirectiveView[],
): DirectiveView[] {
  if (directives.some(({ id }) => id === change.directiveId))
    return directives.map((directive) =>
      directive.id === change.directiveId ? withWork(directive, change) : directive,
    );
  if (change.directive === undefined) return [...directives];
  return insert(directives, withWork({ ...change.directive, assignments: [] }, change));
}

function withWork(directive: DirectiveView, change: WorkChange): DirectiveView {
  const { completedAt: _completedAt, ...words } = directive;
  return {
    ...words,
    state: change.directiveState,
    ...(change.completedAt === undefined ? {} : { completedAt: change.completedAt }),
    assignments: withAssignments(directive.assignments, change.assignments),
    ...(change.recipient ? { mine: directive.mine ?? {} } : {}),
    ...(change.board === undefined ? {} : { board: change.board }),
  };
}

/** New ones come last: their ordinals are the highest. */
function withAssignments(
  before: readonly AssignmentView[],
  changed: readonly AssignmentView[],
): AssignmentView[] {
  const byId = new Map(changed.map((assignment) => [assignment.id, assignment]));
  const known = new Set(before.map(({ id }) => id));
  return [
    ...before.map((assignment) => byId.get(assignment.id) ?? assignment),
    ...changed.filter(({ id }) => !known.has(id)),
  ];
}
