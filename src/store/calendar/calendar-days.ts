import type { CalendarDays } from '#app/ports/calendars.ts';
import type { AdministeredBy, AdministrativeAct, AdministrativeFacts } from '#domain/access/administered.ts';
import type { CalendarDay } from '#domain/calendar/calendar-day.ts';
import { officeHoursText, type OfficeHours } from '#domain/calendar/office-hours.ts';
import type { Database, Transaction } from '#store/database.ts';
import { recordEvents } from '#store/log/record-events.ts';
import { dayColumns, dayOfRow, provinceCalendar, type DayRow } from './calendars.ts';

/** Changes of the calendar come one after another, so that each record says truly what was before. */
const changeLock = 7_301_013;

export function createCalendarDays(database: Database): CalendarDays {
  return {
    setDay: (day, at, by) => database.transaction((tx) => setDay(tx, day, at, by)),
    resetDay: (date, at, by) => database.transaction((tx) => resetDay(tx, date, at, by)),
    setHours: (unitId, hours, at, by) => database.transaction((tx) => setHours(tx, unitId, hours, at, by)),
  };
}

async function setDay(tx: Transaction, day: CalendarDay, at: Date, by: AdministeredBy): Promise<void> {
  const before = await lockDay(tx, day.date);
  const after = factsOf(day);
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(after)) return;
  await tx.rows(
    `insert into calendar_day (calendar, date, kind, half_day, reason, decision_ref, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (calendar, date) do update set kind = excluded.kind, half_day = excluded.half_day,
       reason = excluded.reason, decision_ref = excluded.decision_ref, changed_at = excluded.changed_at`,
    [
      provinceCalendar,
      day.date,
      day.kind,
      day.halfDay ?? null,
      day.reason ?? null,
      day.decisionRef ?? null,
      at,
    ],
  );
  await record(tx, { act: 'calendar_day.set', object: day.date, before: before ?? {}, after, by, at });
}

async function resetDay(tx: Transaction, date: string, at: Date, by: AdministeredBy): Promise<boolean> {
  const before = await lockDay(tx, date);
  if (before === undefined) return false;
  await tx.rows('delete from calendar_day where calendar = $1 and date = $2', [provinceCalendar, date]);
  await record(tx, { act: 'calendar_day.reset', object: date, before, after: {}, by, at });
  return true;
}

async function setHours(
  tx: Transaction,
  unitId: string,
  hours: OfficeHours | undefined,
  at: Date,
  by: AdministeredBy,
): Promise<boolean> {
  await tx.rows('select pg_advisory_xact_lock($1)', [changeLock]);
  const [unit] = await tx.rows<{ name: string; hours: string | null }>(
    `select u.name, h.hours from org_unit u left join office_hours h on h.unit_id = u.id where u.id = $1`,
    [unitId],
  );
  if (unit === undefined) return false;
  const text = hours === undefined ? null : officeHoursText(hours);
  if (text === unit.hours) return true;
  if (text === null) await tx.rows('delete from office_hours where unit_id = $1', [unitId]);
  else
    await tx.rows(
      `insert into office_hours (unit_id, hours, changed_at) values ($1, $2, $3)
       on conflict (unit_id) do update set hours = excluded.hours, changed_at = excluded.changed_at`,
      [unitId, text, at],
    );
  const fact = (value: string | null): AdministrativeFacts => (value === null ? {} : { hours: value });
  await record(tx, {
    act: 'office_hours.set',
    object: unit.name,
    before: fact(unit.hours),
    after: fact(text),
    by,
    at,
  });
  return true;
}

async function lockDay(tx: Transaction, date: string): Promise<AdministrativeFacts | undefined> {
  await tx.rows('select pg_advisory_xact_lock($1)', [changeLock]);
  const [row] = await tx.rows<DayRow>(
    `select ${dayColumns} from calendar_day where calendar = $1 and date = $2`,
    [provinceCalendar, date],
  );
  return row === undefined ? undefined : factsOf(dayOfRow(row));
}

function factsOf({ kind, halfDay, reason, decisionRef }: CalendarDay): AdministrativeFacts {
  return {
    kind,
    ...(halfDay === undefined ? {} : { halfDay }),
    ...(reason === undefined ? {} : { reason }),
    ...(decisionRef === undefined ? {} : { decisionRef }),
  };
}

async function record(
  tx: Transaction,
  change: {
    act: AdministrativeAct;
    object: string;
    before: AdministrativeFacts;
    after: AdministrativeFacts;
    by: AdministeredBy;
    at: Date;
  },
): Promise<void> {
  const { at, ...event } = change;
  await recordEvents(tx, [{ type: 'administration.changed', ...event }], at);
}
