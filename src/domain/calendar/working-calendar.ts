import { isWorkedKind, type CalendarDay } from './calendar-day.ts';
import {
  dateOfDayNumber,
  dayNumberOf,
  instantMs,
  type LocalDate,
  weekdayOf,
  yearOfDayNumber,
} from './local-date.ts';
import { defaultOfficeHours, hoursOfHalf, type OfficeHours } from './office-hours.ts';

/** When an organ works: the days of its province and its own office hours. Immutable, so it may be kept and shared. */
export interface WorkingCalendar {
  readonly hours: OfficeHours;
  /** By date, those that the calendar names. */
  readonly days: ReadonlyMap<LocalDate, CalendarDay>;
  /** Years with days of their own. */
  readonly years: ReadonlySet<number>;
}

/** A stretch of work, in milliseconds since 1970 UTC; the end is exclusive. */
export interface WorkingSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export function workingCalendar(
  days: Iterable<CalendarDay>,
  hours: OfficeHours = defaultOfficeHours,
): WorkingCalendar {
  const byDate = new Map([...days].map((day) => [day.date, day]));
  return { hours, days: byDate, years: new Set([...byDate.keys()].map((date) => Number(date.slice(0, 4)))) };
}

/** The same days at other hours. */
export function withHours(calendar: WorkingCalendar, hours: OfficeHours): WorkingCalendar {
  return { ...calendar, hours };
}

/** Holidays at fixed dates of the solar calendar (Labour Code 2019, Article 112). */
const solarHolidays: ReadonlyMap<string, string> = new Map([
  ['01-01', 'Tết Dương lịch'],
  ['04-30', 'Ngày Chiến thắng'],
  ['05-01', 'Ngày Quốc tế lao động'],
  ['09-02', 'Quốc khánh'],
]);

/** What the calendar says of the day, or else the week; in a year without days of its own also the solar holidays. */
export function dayOf(calendar: WorkingCalendar, dayNumber: number): CalendarDay {
  const date = dateOfDayNumber(dayNumber);
  const named = calendar.days.get(date);
  if (named !== undefined) return named;
  const solar = hasYear(calendar, yearOfDayNumber(dayNumber)) ? undefined : solarHolidays.get(date.slice(5));
  if (solar !== undefined) return { date, kind: 'holiday', reason: solar };
  const weekday = weekdayOf(dayNumber);
  return { date, kind: weekday === 0 || weekday === 6 ? 'weekend' : 'workday' };
}

export function hasYear(calendar: WorkingCalendar, year: number): boolean {
  return calendar.years.has(year);
}

/** The years from the one to the other that the calendar knows nothing of: what is computed there is a guess, and said so. */
export function yearsMissing(calendar: WorkingCalendar, from: LocalDate, to: LocalDate): readonly number[] {
  const [first, last] = [from, to].map((date) => yearOfDayNumber(dayNumberOf(date)));
  return Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, index) => (first ?? 0) + index).filter(
    (year) => !hasYear(calendar, year),
  );
}

export function isWorkingDay(calendar: WorkingCalendar, dayNumber: number): boolean {
  return isWorkedKind(dayOf(calendar, dayNumber).kind);
}

/** The work of a day, in order; none when it is off. */
export function spansOn(calendar: WorkingCalendar, dayNumber: number): readonly WorkingSpan[] {
  const { kind, halfDay } = dayOf(calendar, dayNumber);
  if (!isWorkedKind(kind)) return [];
  const hours = halfDay === undefined ? calendar.hours : hoursOfHalf(calendar.hours, halfDay);
  return hours.map(({ fromMinute, toMinute }) => ({
    fromMs: instantMs(dayNumber, fromMinute),
    toMs: instantMs(dayNumber, toMinute),
  }));
}

/** How many days are worked from the one date to the other, both counted; a half day counts. */
export function workingDaysFrom(calendar: WorkingCalendar, from: LocalDate, to: LocalDate): number {
  let count = 0;
  for (let day = dayNumberOf(from); day <= dayNumberOf(to); day += 1)
    if (isWorkingDay(calendar, day)) count += 1;
  return count;
}
