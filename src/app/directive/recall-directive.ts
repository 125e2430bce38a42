import type { Actor } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';
import type { HubStore } from '#app/ports/hub-store.ts';
import { runOnce } from '#app/run-once.ts';

export interface RecallDirective {
  readonly actor: Actor;
  readonly id: string;
  readonly reason: string;
  readonly key?: string | undefined;
}

const reasonCharactersMax = 1000;

/**
 * Recalls a directive (thu hồi): every assignment ends, its mail is marked in every mailbox, its words stay as a
 * record. Throws `not_found`, `not_permitted`, `bad_input`, `directive_already_closed`.
 */
export async function recallDirective(
  ports: { store: HubStore; clock: Clock; committed: () => void },
  input: RecallDirective,
): Promise<{ id: string }> {
  const { actor, id } = input;
  const reason = input.reason.trim().normalize('NFC');
  if (reason === '') throw new HubError('bad_input', { field: 'reason' });
  if (reason.length > reasonCharactersMax) throw new HubError('text_too_long', { field: 'reason' });
  const seen = await ports.store.directives.seenDirective(actor, id);
  if (seen === undefined) throw new HubError('not_found');
  if (!mayActAsIssuer(actor, seen.directive)) throw new HubError('not_permitted');
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key: input.key, operation: 'directive.recall', request: { id, reason } },
      async () => {
        const at = ports.clock.now();
        await tx.recallDirective(seen.directive, at, reason);
        await tx.record(
          [
            {
              type: 'directive.recalled',
              directiveId: id,
              issuerAccountId: seen.directive.issuerAccountId,
              issuerPositionId: seen.directive.issuerPositionId,
              recalledAt: at.toISOString(),
              reason,
              rooms: seen.directive.rooms,
            },
          ],
          at,
        );
        return { id };
      },
    ),
  );
  ports.committed();
  return answer;
}
