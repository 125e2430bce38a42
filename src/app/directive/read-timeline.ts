import type { Actor } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import type { HubStore, Page } from '#app/ports/hub-store.ts';
import type { TimelineEntry } from '#app/ports/work-reads.ts';

/** The record of a directive as far as the actor sees its assignments. Throws `not_found`, `bad_input`. */
export async function readTimeline(
  ports: { readonly store: HubStore },
  input: {
    readonly actor: Actor;
    readonly directiveId: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<TimelineEntry>> {
  const seen = await ports.store.directives.seenDirective(input.actor, input.directiveId);
  if (seen === undefined) throw new HubError('not_found');
  return ports.store.work.timeline(seen.directive, {
    ...(seen.issuer ? {} : { assignmentIds: seen.assignments.map(({ id }) => id) }),
    limit: input.limit,
    ...(input.cursor === undefined ? {} : { cursor: input.cursor }),
  });
}
