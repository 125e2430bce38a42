import { HubError } from '#domain/hub-error.ts';
import type { DayHalf } from './calendar-day.ts';

/** A stretch of work, in minutes since midnight; the end is exclusive. */
export interface OfficeSpan {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** In order, without overlaps, at least one. */
export type OfficeHours = readonly OfficeSpan[];

const dayMinutes = 24 * 60;
const noonMinute = 12 * 60;
const spansMax = 6;

/** 07:00–11:30 and 13:30–17:00 (general knowledge); an organ may have its own. */
export const defaultOfficeHours: OfficeHours = [
  { fromMinute: 7 * 60, toMinute: 11 * 60 + 30 },
  { fromMinute: 13 * 60 + 30, toMinute: 17 * 60 },
];

/** The spans of a half day: noon divides. */
export function hoursOfHalf(hours: OfficeHours, half: DayHalf): OfficeHours {
  const [from, to] = half === 'morning' ? [0, noonMinute] : [noonMinute, dayMinutes];
  return hours
    .map(({ fromMinute, toMinute }) => ({
      fromMinute: Math.max(fromMinute, from),
      toMinute: Math.min(toMinute, to),
    }))
    .filter(({ fromMinute, toMinute }) => fromMinute < toMinute);
}

/** `07:00-11:30,13:30-17:00` as spans. Throws `bad_input` when it says anything else than a day can hold. */
export function parseOfficeHours(text: string): OfficeHours {
  const hours = text.split(',').map(parseSpan);
  let lastMinute = -1;
  for (const { fromMinute, toMinute } of hours) {
    if (fromMinute <= lastMinute || toMinute <= fromMinute || toMinute > dayMinutes)
      throw new HubError('bad_input', { field: 'hours' });
    lastMinute = toMinute;
  }
  // A half day must have hours on both sides of noon, or it would be a working day without work.
  const halves = [hoursOfHalf(hours, 'morning'), hoursOfHalf(hours, 'afternoon')];
  if (hours.length > spansMax || halves.some((half) => half.length === 0))
    throw new HubError('bad_input', { field: 'hours' });
  return hours;
}

export function officeHoursText(hours: OfficeHours): string {
  return hours.map(({ fromMinute, toMinute }) => `${clockText(fromMinute)}-${clockText(toMinute)}`).join(',');
}

function parseSpan(text: string): OfficeSpan {
  const match = /^(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)$/.exec(text);
  if (match === null) throw new HubError('bad_input', { field: 'hours' });
  const [fromHour, fromMinute, toHour, toMinute] = match.slice(1).map(Number);
  return {
    fromMinute: (fromHour ?? 0) * 60 + (fromMinute ?? 0),
    toMinute: (toHour ?? 0) * 60 + (toMinute ?? 0),
  };
}

function clockText(minuteOfDay: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
}
