/** How work stands to its deadline: computed when asked, never stored (domain.md §5.2). */
export const timelinesses = ['in_time', 'near_due', 'overdue', 'done_in_time', 'done_late'] as const;
export type Timeliness = (typeof timelinesses)[number];

/** How many working days before its end a deadline is near. */
export const nearWorkingDays = 3;
/** The last part of the time that was given. */
const nearPart = 0.2;

export interface Timed {
  readonly givenAt: Date;
  readonly dueAt?: Date | undefined;
  readonly completedAt?: Date | undefined;
}

/**
 * Near due: at most `nearWorkingDays` working days or a fifth of the given time are left. `nearUntil` is the moment so
 * many working days from `now`, which only a calendar knows. Work without a deadline is in time.
 */
export function timelinessOf(work: Timed, now: Date, nearUntil: Date): Timeliness {
  const { givenAt, dueAt, completedAt } = work;
  if (completedAt !== undefined)
    return dueAt === undefined || completedAt <= dueAt ? 'done_in_time' : 'done_late';
  if (dueAt === undefined) return 'in_time';
  if (now > dueAt) return 'overdue';
  const leftMs = dueAt.getTime() - now.getTime();
  const givenMs = dueAt.getTime() - givenAt.getTime();
  return dueAt <= nearUntil || leftMs <= givenMs * nearPart ? 'near_due' : 'in_time';
}
