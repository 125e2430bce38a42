import { givesAs } from '#domain/access/assignment-policy.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { wordsOf } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

export interface DecideExtension extends OnAssignment {
  readonly decision: 'approve' | 'deny';
  /** Needed to deny. */
  readonly note?: string | undefined;
}

/**
 * Answers a request for more time (duyệt, từ chối gia hạn): never by itself. The first deadline is kept beside the new
 * one. Throws `not_found`, `not_permitted`, `bad_input`, `assignment_wrong_state`, `directive_already_closed`.
 */
export function decideExtension(ports: WorkPorts, input: DecideExtension): Promise<{ id: string }> {
  const approves = input.decision === 'approve';
  const note = wordsOf(input.note, 'note', approves ? 'may' : 'must');
  return actOnAssignment(
    ports,
    input,
    { operation: `extension.${input.decision}`, request: { note } },
    async ({ tx, actor, at, work: { directive, assignment, parent } }) => {
      const as = permitted(givesAs(actor, directive, parent));
      nextAssignmentState(assignment, 'decide_extension');
      const { extensionId, extensionDueAt, dueAt } = assignment;
      if (extensionId === undefined || extensionDueAt === undefined)
        throw new HubError('assignment_wrong_state');
      const originalDueAt = assignment.originalDueAt ?? dueAt;
      await tx.closeExtension(extensionId, approves ? 'approved' : 'denied', {
        at,
        by: actor.accountId,
        note,
      });
      await tx.patchAssignments([assignment.id], {
        extension: null,
        ...(approves
          ? {
              dueAt: extensionDueAt,
              extensionCount: (assignment.extensionCount ?? 0) + 1,
              ...(originalDueAt === undefined ? {} : { originalDueAt }),
            }
          : {}),
      });
      return {
        as,
        kind: approves ? 'extension_approved' : 'extension_denied',
        moved: [assignment.id],
        words: {
          ...(note === undefined ? {} : { text: note }),
          newDueAt: extensionDueAt,
          ...(dueAt === undefined ? {} : { previousDueAt: dueAt }),
        },
      };
    },
  );
}
