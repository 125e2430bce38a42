import type { Actor } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import { nextDirectiveState } from '#domain/directive/directive-state.ts';
import {
  checkDraft,
  type Assignment,
  type DirectiveDraft,
  type RequestedRecipient,
} from '#domain/directive/directive.ts';
import type { DirectiveIssued } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { runOnce } from '#app/run-once.ts';
import { issueIn, refuseSecret, type IssuePorts } from './issue-directive.ts';

export interface SupersedeDirective extends Omit<DirectiveDraft, 'recipients'> {
  readonly actor: Actor;
  /** The directive that the new words take the place of. */
  readonly id: string;
  readonly key?: string | undefined;
  readonly secrecy?: string | undefined;
}

/**
 * Puts new words in the place of a directive (thay thế): its recipients get a new one and acknowledge again, what was
 * open in the old one is cancelled, its mail is marked as in a recall. Throws `not_found`, `not_permitted`,
 * `directive_already_closed`, and what `issueDirective` throws.
 */
export async function supersedeDirective(
  ports: IssuePorts,
  input: SupersedeDirective,
): Promise<{ id: string; event: DirectiveIssued }> {
  const { actor, id, key, ...words } = input;
  refuseSecret(ports.mail, words);
  const seen = await ports.store.directives.seenDirective(actor, id);
  if (seen === undefined) throw new HubError('not_found');
  const { directive: old } = seen;
  if (!mayActAsIssuer(actor, old)) throw new HubError('not_permitted');
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'directive.supersede', request: { id, ...words } },
      async () => {
        const at = ports.clock.now();
        nextDirectiveState(old.state, 'supersede');
        const recipients = recipientsOf(await tx.assignmentsOf(id));
        const draft = { ...words, recipients };
        checkDraft(draft, at);
        // All mailboxes of both at once, in the order of their ids; then each directive.
        await tx.lockMailboxesOf(old, await tx.resolveAssignees(recipients, at), at);
        const issued = await issueIn(tx, ports, { ...draft, actor }, at, id);
        await tx.markMailRecalled(old);
        await tx.supersedeDirective(old, issued.id, at);
        await tx.record(
          [
            issued.event,
            {
              type: 'directive.superseded',
              directiveId: id,
              issuerAccountId: old.issuerAccountId,
              issuerPositionId: old.issuerPositionId,
              supersededById: issued.id,
              supersededAt: at.toISOString(),
              rooms: old.rooms,
            },
          ],
          at,
        );
        return { id: issued.id, event: issued.event };
      },
    ),
  );
  ports.committed();
  return answer;
}

/** Whoever had a part in the whole; parts of assignments are given out again by who has them. */
function recipientsOf(assignments: readonly Assignment[]): readonly RequestedRecipient[] {
  return assignments
    .filter(
      ({ parentId, state }) => parentId === undefined && state !== 'cancelled' && state !== 'transferred',
    )
    .map(({ role, assigneeKind, assigneeId }) => ({
      role,
      kind: assigneeKind,
      ...(assigneeId === undefined ? {} : { id: assigneeId }),
    }));
}
