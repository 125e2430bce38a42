import { dayNumberAt, msOfDay } from './local-date.ts';
import { isWorkingDay, spansOn, type WorkingCalendar } from './working-calendar.ts';

/** Time in which a clock stands still, with its legal reason (domain.md §5.5). */
export interface Pause {
  readonly from: Date;
  /** Absent: it still stands. */
  readonly to?: Date | undefined;
  readonly reason: PauseReason;
}

/** Chờ bổ sung hồ sơ, lấy ý kiến. */
export const pauseReasons = ['waiting_supplement', 'consultation'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** A search that finds no work in so many days was given a calendar without work. */
const daysWithoutWorkMax = 366;
export const workingDaysMax = 3660;
const minuteMs = 60_000;

/** One-stop shop: what comes later counts as the next working morning (Decree 61/2018, Article 18). */
export const oneStopLateMinute = 15 * 60;

/**
 * Close of business of the `days`-th working day after the instant; the day of the instant is not counted. With
 * `lateMinute`, in minutes since midnight, what comes after it, or on a day off, counts as of the next working morning.
 * Throws `RangeError` for other than 1 to `workingDaysMax` whole days.
 */
export function afterWorkingDays(
  calendar: WorkingCalendar,
  from: Date,
  days: number,
  options: { readonly lateMinute?: number } = {},
): Date {
  if (!Number.isInteger(days) || days < 1 || days > workingDaysMax)
    throw new RangeError(`${days} working days`);
  let day = receiptDay(calendar, from, options.lateMinute);
  for (let left = days; left > 0; left -= 1) day = workingDayFrom(calendar, day + 1);
  return closeOf(calendar, day);
}

/** Close of business of the day of the instant, or of the next working day when no work is left on it. */
export function closeOfBusiness(calendar: WorkingCalendar, from: Date): Date {
  return closeOf(calendar, dayNumberAt(nextWorkingInstant(calendar, from)));
}

/** Close of business of a date; of the next working day when the date is off (Civil Code 2015, Article 148.5; general knowledge). */
export function closeOfDate(calendar: WorkingCalendar, dayNumber: number): Date {
  return closeOf(calendar, workingDayFrom(calendar, dayNumber));
}

/** The instant itself when it is worked, else the next opening. */
export function nextWorkingInstant(calendar: WorkingCalendar, from: Date): Date {
  for (const { fromMs, toMs } of spansAfter(calendar, from))
    if (from.getTime() < toMs) return new Date(Math.max(fromMs, from.getTime()));
  throw noWork();
}

/** The instant when so many minutes of working time have passed; of none: the next working instant. */
export function afterWorkingMinutes(calendar: WorkingCalendar, from: Date, minutes: number): Date {
  if (!Number.isFinite(minutes) || minutes < 0) throw new RangeError(`${minutes} working minutes`);
  if (minutes === 0) return nextWorkingInstant(calendar, from);
  let leftMs = minutes * minuteMs;
  for (const { fromMs, toMs } of spansAfter(calendar, from)) {
    const startMs = Math.max(fromMs, from.getTime());
    if (startMs >= toMs) continue;
    if (startMs + leftMs <= toMs) return new Date(startMs + leftMs);
    leftMs -= toMs - startMs;
  }
  throw noWork();
}

/** Minutes of working time from the one instant to the other, without those in a pause; 0 when it would run backwards. */
export function workingMinutesBetween(
  calendar: WorkingCalendar,
  from: Date,
  to: Date,
  pauses: readonly Pause[] = [],
): number {
  const running = subtractPauses({ fromMs: from.getTime(), toMs: to.getTime() }, pauses);
  return running.reduce((sum, stretch) => sum + workingMsIn(calendar, stretch), 0) / minuteMs;
}

/**
 * A deadline moved by the working time that pauses took before it; pauses may overlap. `toClose` is for a deadline in
 * whole days, which still ends at a close of business. A pause that still stands counts until `now`.
 */
export function afterPauses(
  calendar: WorkingCalendar,
  deadline: { readonly from: Date; readonly dueAt: Date; readonly toClose: boolean },
  pauses: readonly Pause[],
  now: Date,
): Date {
  let dueAt = deadline.dueAt;
  const ended = pauses.map((pause) => ({ ...pause, to: pause.to ?? now }));
  // A later deadline may bring a later pause in front of it, so each is looked at in its turn.
  const merged = mergeStretches(
    ended.map(({ from, to }) => ({
      fromMs: Math.max(from.getTime(), deadline.from.getTime()),
      toMs: to.getTime(),
    })),
  );
  for (const stretch of merged) {
    if (stretch.fromMs >= dueAt.getTime()) break;
    const minutes = workingMsIn(calendar, stretch) / minuteMs;
    if (minutes > 0) dueAt = afterWorkingMinutes(calendar, dueAt, minutes);
  }
  return deadline.toClose && dueAt > deadline.dueAt ? closeOf(calendar, dayNumberAt(dueAt)) : dueAt;
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

function receiptDay(calendar: WorkingCalendar, from: Date, lateMinute: number | undefined): number {
  const day = dayNumberAt(from);
  if (lateMinute === undefined) return day;
  const inTime = isWorkingDay(calendar, day) && msOfDay(from) <= lateMinute * minuteMs;
  return inTime ? day : workingDayFrom(calendar, day + 1);
}

function workingDayFrom(calendar: WorkingCalendar, dayNumber: number): number {
  for (let day = dayNumber; day <= dayNumber + daysWithoutWorkMax; day += 1)
    if (isWorkingDay(calendar, day)) return day;
  throw noWork();
}

function closeOf(calendar: WorkingCalendar, dayNumber: number): Date {
  const last = spansOn(calendar, dayNumber).at(-1);
  if (last === undefined) throw noWork();
  return new Date(last.toMs);
}

function* spansAfter(calendar: WorkingCalendar, from: Date): Generator<Stretch> {
  let emptyDays = 0;
  for (let day = dayNumberAt(from); emptyDays <= daysWithoutWorkMax; day += 1) {
    const spans = spansOn(calendar, day);
    emptyDays = spans.length === 0 ? emptyDays + 1 : 0;
    yield* spans;
  }
}

function workingMsIn(calendar: WorkingCalendar, { fromMs, toMs }: Stretch): number {
  let sum = 0;
  for (let day = dayNumberAt(new Date(fromMs)); day <= dayNumberAt(new Date(toMs)); day += 1)
    for (const span of spansOn(calendar, day))
      sum += Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs));
  return sum;
}

/** In order, without overlaps, and none that is empty. */
function mergeStretches(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: Stretch[] = [];
  for (const next of stretches.toSorted((left, right) => left.fromMs - right.fromMs)) {
    if (next.toMs <= next.fromMs) continue;
    const last = merged.at(-1);
    if (last === undefined || next.fromMs > last.toMs) merged.push(next);
    else merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, next.toMs) };
  }
  return merged;
}

function subtractPauses(whole: Stretch, pauses: readonly Pause[]): readonly Stretch[] {
  const running: Stretch[] = [];
  let fromMs = whole.fromMs;
  const stood = pauses.map(({ from, to }) => ({ fromMs: from.getTime(), toMs: to?.getTime() ?? whole.toMs }));
  for (const pause of mergeStretches(stood)) {
    if (pause.fromMs > fromMs) running.push({ fromMs, toMs: Math.min(pause.fromMs, whole.toMs) });
    fromMs = Math.max(fromMs, pause.toMs);
  }
  running.push({ fromMs, toMs: whole.toMs });
  return running.filter((stretch) => stretch.fromMs < stretch.toMs);
}

function noWork(): RangeError {
  return new RangeError(`the calendar has no working time within ${daysWithoutWorkMax} days`);
}
