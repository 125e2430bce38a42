import type { Actor } from '#domain/access/actor.ts';
import { performsAs } from '#domain/access/assignment-policy.ts';
import { mayReadDirective } from '#domain/access/policy.ts';
import { isWithdrawn } from '#domain/directive/directive-state.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';

export interface ReceiveAssignment {
  readonly actor: Actor;
  readonly assignmentId: string;
  readonly key?: string | undefined;
}

interface ReceiptPorts {
  readonly store: HubStore;
  readonly clock: Clock;
  readonly committed: () => void;
}

/** The receipt "opened" (đã mở): the page has shown the words to the person. Also sets `\Seen` on the mail. */
export function openAssignment(ports: ReceiptPorts, input: ReceiveAssignment): Promise<{ id: string }> {
  return receive(ports, input, 'opened');
}

/**
 * The receipt "acknowledged" (đã nhận): an explicit act of the recipient. Throws `not_found`, `not_permitted`,
 * `directive_already_closed`.
 */
export function acknowledgeAssignment(
  ports: ReceiptPorts,
  input: ReceiveAssignment,
): Promise<{ id: string }> {
  return receive(ports, input, 'acknowledged');
}

async function receive(
  ports: ReceiptPorts,
  input: ReceiveAssignment,
  kind: 'opened' | 'acknowledged',
): Promise<{ id: string }> {
  const { actor, assignmentId } = input;
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key: input.key,
        operation: `assignment.${kind}`,
        request: { assignmentId },
      },
      async () => {
        const found = await tx.findAssignment(assignmentId, actor.accountId);
        if (found === undefined) throw new HubError('not_found');
        const { directive, isRecipient, unitId } = found;
        const readable = mayReadDirective(actor, directive, {
          isRecipient,
          assignedUnitIds: unitId === undefined ? [] : [unitId],
        });
        // Whoever has no path to it is not told that it exists.
        if (!readable) throw new HubError('not_found');
        const delegated =
          unitId !== undefined && performsAs(actor, { assigneeKind: 'unit', assigneeId: unitId });
        if (!isRecipient && (kind === 'opened' || !delegated)) throw new HubError('not_permitted');
        if (kind === 'acknowledged' && isWithdrawn(directive.state) && found.acknowledgedAt === undefined)
          throw new HubError('directive_already_closed');
        const at = ports.clock.now();
        if (!isRecipient) {
          await tx.record(await tx.acknowledgeOne(assignmentId, actor.accountId, at), at);
          return { id: assignmentId };
        }
        // Mailboxes are locked before directives, everywhere: the other order deadlocks with a mail client's \Seen.
        const mailEvents = await tx.markMailSeen(directive, actor.accountId);
        const receipts = await tx.recordReceipts({
          kind,
          at,
          receipts: [{ directiveId: directive.id, accountId: actor.accountId }],
        });
        // A receipt that was written has moved the assignment with it.
        const own =
          kind === 'opened' || receipts.length > 0
            ? []
            : await tx.acknowledgeOne(assignmentId, actor.accountId, at);
        await tx.record([...receipts, ...own, ...mailEvents], at);
        return { id: assignmentId };
      },
    ),
  );
  ports.committed();
  return answer;
}
