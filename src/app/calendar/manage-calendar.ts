import type { CalendarDays, Calendars } from '#app/ports/calendars.ts';
import { administeredBy } from '#domain/access/administered.ts';
import { isAdministrator, type Actor } from '#domain/access/actor.ts';
import { isWorkedKind, type CalendarDay } from '#domain/calendar/calendar-day.ts';
import { dueAtOf, type DueRule } from '#domain/calendar/due-rule.ts';
import { dayNumberOf, isLocalDate, localDateOf, type LocalDate } from '#domain/calendar/local-date.ts';
import { officeHoursText, parseOfficeHours } from '#domain/calendar/office-hours.ts';
import { dayOf, yearsMissing, type WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { Clock } from '#domain/clock.ts';
import { HubError } from '#domain/hub-error.ts';

export interface CalendarPorts {
  readonly calendars: Calendars;
  readonly days: CalendarDays;
  readonly clock: Clock;
  readonly committed: () => void;
}

export interface CalendarSpan {
  /** Every day asked for, in order. */
  readonly days: readonly CalendarDay[];
  /** Without days of their own: weekends and solar holidays only, so a deadline there is a guess. */
  readonly yearsMissing: readonly number[];
  /** `07:00-11:30,13:30-17:00` */
  readonly hours: string;
}

export const calendarDaysMax = 366;
const reasonCharactersMax = 500;
// oxlint-disable-next-line no-control-regex -- these are what is refused
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** The days from one date to another, both counted, at the hours of a unit. Throws `bad_input`. */
export async function readCalendar(
  ports: Pick<CalendarPorts, 'calendars'>,
  input: { readonly from: LocalDate; readonly to: LocalDate; readonly unitId?: string | undefined },
): Promise<CalendarSpan> {
  const [first, last] = [dayNumber(input.from, 'from'), dayNumber(input.to, 'to')];
  if (last < first || last - first >= calendarDaysMax) throw new HubError('bad_input', { field: 'to' });
  const calendar = await calendarOf(ports, input.unitId);
  return {
    days: Array.from({ length: last - first + 1 }, (_, index) => dayOf(calendar, first + index)),
    yearsMissing: yearsMissing(calendar, input.from, input.to),
    hours: officeHoursText(calendar.hours),
  };
}

/** When something given now, or at `from`, is due. Throws `bad_input`. */
export async function readDeadline(
  ports: Pick<CalendarPorts, 'calendars' | 'clock'>,
  input: { readonly rule: DueRule; readonly from?: Date | undefined; readonly unitId?: string | undefined },
): Promise<{ readonly dueAt: Date; readonly yearsMissing: readonly number[] }> {
  const from = input.from ?? ports.clock.now();
  if (Number.isNaN(from.getTime())) throw new HubError('bad_input', { field: 'from' });
  const calendar = await calendarOf(ports, input.unitId);
  const dueAt = dueAtOf(calendar, from, input.rule);
  const [first, last] = from < dueAt ? [from, dueAt] : [dueAt, from];
  return { dueAt, yearsMissing: yearsMissing(calendar, localDateOf(first), localDateOf(last)) };
}

/** Says what a day is, over what ships with the hub. Throws `not_permitted`, `bad_input`, `line_break_in_field`, `text_too_long`. */
export async function setCalendarDay(
  ports: CalendarPorts,
  { actor, day }: { readonly actor: Actor; readonly day: CalendarDay },
): Promise<CalendarDay> {
  requireAdministrator(actor);
  dayNumber(day.date, 'date');
  if (day.halfDay !== undefined && !isWorkedKind(day.kind))
    throw new HubError('bad_input', { field: 'halfDay' });
  const reason = lineOf(day.reason, 'reason');
  const decisionRef = lineOf(day.decisionRef, 'decisionRef');
  const said: CalendarDay = {
    date: day.date,
    kind: day.kind,
    ...(day.halfDay === undefined ? {} : { halfDay: day.halfDay }),
    ...(reason === undefined ? {} : { reason }),
    ...(decisionRef === undefined ? {} : { decisionRef }),
  };
  await ports.days.setDay(said, ports.clock.now(), administeredBy(actor));
  ports.committed();
  return said;
}

/** Forgets what the province said of a day. Throws `not_permitted`, `bad_input`, `not_found`. */
export async function resetCalendarDay(
  ports: CalendarPorts,
  { actor, date }: { readonly actor: Actor; readonly date: LocalDate },
): Promise<void> {
  requireAdministrator(actor);
  dayNumber(date, 'date');
  if (!(await ports.days.resetDay(date, ports.clock.now(), administeredBy(actor))))
    throw new HubError('not_found', { field: 'date' });
  ports.committed();
}

/** Gives a unit, and what is below it, office hours of its own; an empty text takes them away. Throws `not_permitted`, `bad_input`, `not_found`. */
export async function setOfficeHours(
  ports: CalendarPorts,
  { actor, unitId, hours }: { readonly actor: Actor; readonly unitId: string; readonly hours: string },
): Promise<void> {
  requireAdministrator(actor);
  const parsed = hours === '' ? undefined : parseOfficeHours(hours);
  if (!(await ports.days.setHours(unitId, parsed, ports.clock.now(), administeredBy(actor))))
    throw new HubError('not_found', { field: 'unitId' });
  ports.committed();
}

function calendarOf(
  { calendars }: Pick<CalendarPorts, 'calendars'>,
  unitId: string | undefined,
): Promise<WorkingCalendar> {
  return unitId === undefined ? calendars.ofProvince() : calendars.ofUnit(unitId);
}

function dayNumber(date: string, field: string): number {
  if (!isLocalDate(date)) throw new HubError('bad_input', { field });
  return dayNumberOf(date);
}

function lineOf(text: string | undefined, field: string): string | undefined {
  const line = text?.trim().normalize('NFC') ?? '';
  if (line === '') return undefined;
  if (lineBreaking.test(line)) throw new HubError('line_break_in_field', { field });
  if (line.length > reasonCharactersMax) throw new HubError('text_too_long', { field });
  return line;
}

function requireAdministrator(actor: Actor): void {
  if (!isAdministrator(actor)) throw new HubError('not_permitted');
}
