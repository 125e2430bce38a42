/** What is left until a deadline, in the largest unit that still says something. */
export interface DeadlinePhrase {
  /** `near`: less than a day is left. */
  readonly tone: 'open' | 'near' | 'overdue';
  readonly unit: 'minute' | 'hour' | 'day';
  readonly count: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * A deadline as a phrase. What is left is rounded down and never below one minute, so that nobody is promised time that
 * is not there; what is late is rounded down as well, so that a passing second is not yet a day.
 */
export function deadlinePhrase(dueAt: Date, now: Date): DeadlinePhrase {
  const left = dueAt.getTime() - now.getTime();
  const span = Math.abs(left);
  const tone = left <= 0 ? 'overdue' : left < dayMs ? 'near' : 'open';
  if (span < 2 * hourMs) return { tone, unit: 'minute', count: Math.max(1, Math.floor(span / minuteMs)) };
  if (span < 2 * dayMs) return { tone, unit: 'hour', count: Math.floor(span / hourMs) };
  return { tone, unit: 'day', count: Math.floor(span / dayMs) };
}

/** Provincial time, whatever the clock of the PC says about its place. */
export const provinceTimeZone = 'Asia/Ho_Chi_Minh';

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: provinceTimeZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

interface ClockParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

function clockParts(time: Date): ClockParts {
  const found = new Map(parts.formatToParts(time).map((part) => [part.type as string, part.value]));
  const read = (name: string) => found.get(name) ?? '';
  return {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  };
}

/** `17:00` */
export function clockTime(time: Date): string {
  const { hour, minute } = clockParts(time);
  return `${hour}:${minute}`;
}

/** `13/05/2016` */
export function dayMonthYear(time: Date): string {
  const { day, month, year } = clockParts(time);
  return `${day}/${month}/${year}`;
}

/** `13/05/2016 17:00` */
export function dayAndTime(time: Date): string {
  return `${dayMonthYear(time)} ${clockTime(time)}`;
}

/** `08:45` for today, `10/05 08:45` in the same year, `10/05/2015` before. */
export function shortMoment(time: Date, now: Date): string {
  const date = dayMonthYear(time);
  const today = dayMonthYear(now);
  if (date === today) return clockTime(time);
  if (date.slice(6) === today.slice(6)) return `${date.slice(0, 5)} ${clockTime(time)}`;
  return date;
}

/** `Thứ Tư 11/05/2016` */
export function weekdayDate(time: Date, locale: 'vi' | 'en'): string {
  const weekday = new Intl.DateTimeFormat(locale, { timeZone: provinceTimeZone, weekday: 'long' }).format(
    time,
  );
  return `${weekday} ${dayMonthYear(time)}`;
}

/** `9.850` in Vietnamese, `9,850` in English. */
export function wholeNumber(value: number, locale: 'vi' | 'en'): string {
  return new Intl.NumberFormat(locale === 'vi' ? 'vi-VN' : 'en-GB').format(value);
}

/** `820 B`, `3,4 KB`: as mail programs say it. */
export function octetSize(bytes: number, locale: 'vi' | 'en'): string {
  const digits = new Intl.NumberFormat(locale === 'vi' ? 'vi-VN' : 'en-GB', { maximumFractionDigits: 1 });
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${digits.format(bytes / 1e3)} KB` : `${digits.format(bytes / 1e6)} MB`;
}

/** The province keeps UTC+7 all year (no daylight saving), so a typed local time has one meaning. */
export function fromProvinceTime(typed: string): Date | undefined {
  const time = new Date(`${typed}:00+07:00`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** `2016-05-13T17:00`, as a date-and-time field wants it, in provincial time. */
export function toProvinceField(time: Date): string {
  const { year, month, day, hour, minute } = clockParts(time);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}
