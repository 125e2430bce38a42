import type { Actor } from '#domain/access/actor.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import { afterWorkingDays } from '#domain/calendar/working-time.ts';
import type { Clock } from '#domain/clock.ts';
import { nearWorkingDays, timelinessOf, type Timeliness } from '#domain/directive/timeliness.ts';
import type { HubStore, Page } from '#app/ports/hub-store.ts';
import type { AssignmentFilter, ListedAssignment } from '#app/ports/work-reads.ts';

/** Assignments of the actor, of the units the actor answers for, or given by the actor; with how they stand to time. */
export async function listAssignments(
  ports: {
    readonly store: HubStore;
    readonly clock: Clock;
    readonly calendar: () => Promise<WorkingCalendar>;
  },
  input: AssignmentFilter & {
    readonly actor: Actor;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<ListedAssignment & { readonly timeliness: Timeliness }>> {
  const { actor, limit, cursor, ...filter } = input;
  const now = ports.clock.now();
  const nearUntil = afterWorkingDays(await ports.calendar(), now, nearWorkingDays);
  const page = await ports.store.work.assignments(actor, filter, {
    limit,
    now,
    nearUntil,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return {
    ...page,
    items: page.items.map((item) => ({
      ...item,
      timeliness: timelinessOf({ ...item.assignment, givenAt: item.givenAt }, now, nearUntil),
    })),
  };
}
