import type { Assignment, Directive } from '#domain/directive/directive.ts';
import type { Origin } from '#domain/directive/origin.ts';
import type { Stored } from '#domain/stored.ts';
import type { AssignmentView, DirectiveView } from './view.ts';

/** The words every viewer sees alike. */
export function directiveWords(
  directive: Stored<Directive>,
): Omit<DirectiveView, 'assignments' | 'mine' | 'board'> {
  return {
    id: directive.id,
    code: directive.code,
    subject: directive.subject,
    text: directive.text,
    urgency: directive.urgency,
    issuer: directive.issuer,
    issuedAt: directive.issuedAt,
    ...given('dueAt', directive.dueAt),
    ...given('dueKind', directive.dueKind),
    ...(directive.origin === undefined ? {} : { origin: presentOrigin(directive.origin) }),
    ...given('acknowledgeWithinMinutes', directive.acknowledgeWithinMinutes),
    contentHash: directive.contentHash,
    state: directive.state,
    ...given('recalledAt', directive.recalledAt),
    ...given('recallReason', directive.recallReason),
    ...given('completedAt', directive.completedAt),
    ...given('supersedesId', directive.supersedesId),
    ...given('supersededById', directive.supersededById),
  };
}

function presentOrigin({ kind, reference }: Origin): NonNullable<DirectiveView['origin']> {
  return { kind, ...given('reference', reference) };
}

/** A recipient's view leaves `arrived` out: it is written for the issuer. */
export function presentAssignment(assignment: Stored<Assignment>, issuer: boolean): AssignmentView {
  const { extensionId, extensionDueAt, extensionReason } = assignment;
  return {
    id: assignment.id,
    role: assignment.role,
    kind: assignment.assigneeKind,
    name: assignment.assigneeName,
    state: assignment.state === 'arrived' && !issuer ? 'sent' : assignment.state,
    ...given('parentId', assignment.parentId),
    ...given('title', assignment.title),
    ...given('dueAt', assignment.dueAt),
    ...given('originalDueAt', assignment.originalDueAt),
    ...given('progress', assignment.progress),
    ...given('extensionCount', assignment.extensionCount),
    ...(extensionId === undefined || extensionDueAt === undefined
      ? {}
      : { extension: { id: extensionId, newDueAt: extensionDueAt, reason: extensionReason ?? '' } }),
    ...given('completedAt', assignment.completedAt),
    ...given('evaluation', assignment.evaluation),
    ...given('replacesId', assignment.replacesId),
  };
}

/** A field when there is something to say in it. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
