import type { Calendars } from '#app/ports/calendars.ts';
import type { CalendarDay, DayHalf, DayKind } from '#domain/calendar/calendar-day.ts';
import { defaultOfficeHours, parseOfficeHours, type OfficeHours } from '#domain/calendar/office-hours.ts';
import { shippedDays } from '#domain/calendar/shipped-days.ts';
import { withHours, workingCalendar, type WorkingCalendar } from '#domain/calendar/working-calendar.ts';
import type { HubEvent } from '#domain/event.ts';
import type { Sql } from '#store/database.ts';

/** The one calendar of a hub. */
export const provinceCalendar = 'province';

export interface DayRow {
  readonly date: string;
  readonly kind: DayKind;
  readonly half_day: DayHalf | null;
  readonly reason: string | null;
  readonly decision_ref: string | null;
}

/** `date` as text: as a value it would be an instant in the zone of the process. */
export const dayColumns = `to_char(date, 'YYYY-MM-DD') as date, kind, half_day, reason, decision_ref`;

export function dayOfRow(row: DayRow): CalendarDay {
  return {
    date: row.date,
    kind: row.kind,
    ...(row.half_day === null ? {} : { halfDay: row.half_day }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.decision_ref === null ? {} : { decisionRef: row.decision_ref }),
  };
}

interface Known {
  readonly province: WorkingCalendar;
  readonly hours: ReadonlyMap<string, OfficeHours>;
}

/** How long an answer is trusted when nothing has been heard: a process that hears no log reads again. */
const trustedMs = 60_000;

/** Kept in memory, and forgotten when `changed` says so or when it has grown old. */
export function createCalendars(
  sql: Sql,
  now: () => number = Date.now,
): Calendars & {
  /** Given every event that the process hears. */
  hear(event: HubEvent): void;
} {
  let known: { readonly value: Promise<Known>; readonly readAt: number } | undefined;

  function current(): Promise<Known> {
    if (known !== undefined && now() - known.readAt < trustedMs) return known.value;
    const reading = { value: readKnown(sql), readAt: now() };
    known = reading;
    // A failure is told to whoever asked, and not remembered.
    reading.value.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading.value;
  }

  return {
    ofProvince: async () => (await current()).province,
    async ofUnit(unitId) {
      const { province, hours } = await current();
      if (hours.size === 0) return province;
      const [row] = await sql.rows<{ path: string[] | null }>(`select unit_path($1) as path`, [unitId]);
      const own = row?.path?.map((id) => hours.get(id)).find((found) => found !== undefined);
      return own === undefined ? province : withHours(province, own);
    },
    hear(event) {
      if (event.type !== 'administration.changed') return;
      if (event.act.startsWith('calendar_day.') || event.act.startsWith('office_hours.')) known = undefined;
    },
  };
}

async function readKnown(sql: Sql): Promise<Known> {
  const [days, hours] = await Promise.all([
    sql.rows<DayRow>(`select ${dayColumns} from calendar_day where calendar = $1`, [provinceCalendar]),
    sql.rows<{ unit_id: string; hours: string }>(`select unit_id, hours from office_hours`),
  ]);
  return {
    // What the province says stands over what ships.
    province: workingCalendar([...shippedDays, ...days.map(dayOfRow)], defaultOfficeHours),
    hours: new Map(hours.map((row) => [row.unit_id, parseOfficeHours(row.hours)])),
  };
}
