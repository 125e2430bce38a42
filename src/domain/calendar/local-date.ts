/**
 * Dates and times of day in Asia/Ho_Chi_Minh, which has kept UTC+7 without daylight saving since 1975. A fixed offset
 * keeps the arithmetic exact and fast; storage stays in UTC.
 */

/** A day of the civil calendar, `2016-04-28`. Such texts sort by time. */
export type LocalDate = string;

const dayMs = 86_400_000;
const offsetMs = 7 * 3_600_000;
const dateShape = /^\d{4}-\d{2}-\d{2}$/;

/** A day that exists; `2026-02-30` does not. */
export function isLocalDate(text: string): boolean {
  if (!dateShape.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/** Days since 1970-01-01, so that days can be counted. Throws on a text that is no date. */
export function dayNumberOf(date: LocalDate): number {
  if (!isLocalDate(date)) throw new RangeError(`no date: ${date}`);
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

export function dateOfDayNumber(dayNumber: number): LocalDate {
  return new Date(dayNumber * dayMs).toISOString().slice(0, 10);
}

/** The day in the province at this instant, as a number. */
export function dayNumberAt(instant: Date): number {
  return Math.floor((instant.getTime() + offsetMs) / dayMs);
}

export function localDateOf(instant: Date): LocalDate {
  return dateOfDayNumber(dayNumberAt(instant));
}

/** The instant at which the day is so many minutes old in the province, in milliseconds since 1970 UTC. */
export function instantMs(dayNumber: number, minuteOfDay: number): number {
  return dayNumber * dayMs - offsetMs + minuteOfDay * 60_000;
}

/** Milliseconds since midnight in the province. */
export function msOfDay(instant: Date): number {
  return instant.getTime() - instantMs(dayNumberAt(instant), 0);
}

/** 0 is Sunday, 6 is Saturday; 1970-01-01 was a Thursday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

export function yearOfDayNumber(dayNumber: number): number {
  return Number(dateOfDayNumber(dayNumber).slice(0, 4));
}
