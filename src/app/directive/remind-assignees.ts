import { givesAs } from '#domain/access/assignment-policy.ts';
import type { Actor } from '#domain/access/actor.ts';
import { nextAssignmentState } from '#domain/directive/assignment-state.ts';
import { neededWords } from '#domain/directive/work.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { runOnce } from '#app/run-once.ts';
import { permitted, recordAct, seen, type WorkPorts } from './act-on-assignment.ts';

export interface RemindAssignees {
  readonly actor: Actor;
  readonly assignmentIds: readonly string[];
  readonly text: string;
  readonly key?: string | undefined;
}

export const remindedAtOnceMax = 200;

/**
 * Urges those whose work is open (đôn đốc), one or many at once: all of them or, when one cannot be urged, none. Throws
 * `not_found`, `not_permitted`, `bad_input`, `too_many_recipients`, `assignment_wrong_state`,
 * `directive_already_closed`.
 */
export async function remindAssignees(
  ports: WorkPorts,
  input: RemindAssignees,
): Promise<{ reminded: number }> {
  const { actor, key } = input;
  const text = neededWords(input.text, 'text');
  const ids = [...new Set(input.assignmentIds)].toSorted();
  if (ids.length === 0) throw new HubError('no_recipient', { field: 'assignmentIds' });
  if (ids.length > remindedAtOnceMax) throw new HubError('too_many_recipients', { field: 'assignmentIds' });
  const answer = await ports.store.transaction((tx) =>
    runOnce(
      tx,
      { accountId: actor.accountId, key, operation: 'assignment.remind', request: { ids, text } },
      async () => {
        const at = ports.clock.now();
        const found = await Promise.all(ids.map((id) => tx.findWork(id)));
        // Directives are locked in the order of their ids, as everywhere.
        const ordered = found
          .map((work) => seen(actor, work))
          .toSorted((left, right) => (left.directive.id < right.directive.id ? -1 : 1));
        const events: HubEvent[] = [];
        for (const {
          assignment: { id },
        } of ordered) {
          const work = seen(actor, await tx.lockWork(id));
          events.push(
            ...(await recordAct(tx, { tx, actor, work, at }, async () => {
              const as = permitted(givesAs(actor, work.directive, work.parent));
              nextAssignmentState(work.assignment, 'remind');
              return { as, kind: 'reminded', moved: [id], words: { text } };
            })),
          );
        }
        await tx.record(events, at);
        return { reminded: ids.length };
      },
    ),
  );
  ports.committed();
  return answer;
}
