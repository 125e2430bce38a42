import { performsAs } from '#domain/access/assignment-policy.ts';
import { HubError } from '#domain/hub-error.ts';
import { actOnAssignment, permitted, type OnAssignment, type WorkPorts } from './act-on-assignment.ts';

/**
 * Takes back a request for more time that has no answer yet. Throws `not_found`, `not_permitted`,
 * `assignment_wrong_state`, `directive_already_closed`.
 */
export function withdrawExtension(ports: WorkPorts, input: OnAssignment): Promise<{ id: string }> {
  return actOnAssignment(
    ports,
    input,
    { operation: 'extension.withdraw' },
    async ({ tx, actor, at, work: { assignment } }) => {
      const as = permitted(performsAs(actor, assignment));
      if (assignment.extensionId === undefined) throw new HubError('assignment_wrong_state');
      await tx.closeExtension(assignment.extensionId, 'withdrawn', { at, by: actor.accountId });
      await tx.patchAssignments([assignment.id], { extension: null });
      return { as, kind: 'extension_withdrawn', moved: [assignment.id] };
    },
  );
}
