import type { Actor } from '#domain/access/actor.ts';
import { afterWorkingDays } from '#domain/calendar/working-time.ts';
import type { Clock } from '#domain/clock.ts';
import { nearWorkingDays, timelinessOf, type Timeliness } from '#domain/directive/timeliness.ts';
import type { HubStore, Page } from '#app/ports/hub-store.ts';
import type { ProvinceCalendar } from '#app/ports/province-calendar.ts';
import type { AssignmentFilter, ListedAssignment } from '#app/ports/work-reads.ts';

/** Assignments of the actor, of the units the actor answers for, or given by the actor; with how they stand to time. */
export async function listAssignments(
  ports: ProvinceCalendar & { readonly store: HubStore; readonly clock: Clock },
  input: AssignmentFilter & {
    readonly actor: Actor;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<ListedAssignment & { readonly timeliness: Timeliness }>> {
  const { actor, limit, cursor, ...filter } = input;
  const now = ports.clock.now();
  const nearUntil = afterWorkingDays(await ports.calendar.calendars.ofProvince(), now, nearWorkingDays);
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
