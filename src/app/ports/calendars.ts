import type { AdministeredBy } from '#domain/access/administered.ts';
import type { CalendarDay } from '#domain/calendar/calendar-day.ts';
import type { LocalDate } from '#domain/calendar/local-date.ts';
import type { OfficeHours } from '#domain/calendar/office-hours.ts';
import type { WorkingCalendar } from '#domain/calendar/working-calendar.ts';

/** When the province and its organs work, as of now. Answers come from memory until something changes. */
export interface Calendars {
  ofProvince(): Promise<WorkingCalendar>;
  /** At the office hours of the unit, or of the nearest unit above it that has its own. */
  ofUnit(unitId: string): Promise<WorkingCalendar>;
}

/** Changes to the calendar; each is recorded with who made it, and one that changes nothing leaves no record. */
export interface CalendarDays {
  setDay(day: CalendarDay, at: Date, by: AdministeredBy): Promise<void>;
  /** Back to what ships with the hub. False when the province had said nothing. */
  resetDay(date: LocalDate, at: Date, by: AdministeredBy): Promise<boolean>;
  /** Undefined: those of the unit above, in the end the hub's own. False when there is no such unit. */
  setHours(unitId: string, hours: OfficeHours | undefined, at: Date, by: AdministeredBy): Promise<boolean>;
}
