import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Viet Nam keeps UTC+7 the year round (Decision 121/CP), so days and INTERNALDATE are counted there. */
const LOCAL_OFFSET_MS = 7 * 60 * MINUTE_MS;
const LOCAL_ZONE = '+0700';

/** Days since 1 January 1970. */
export type DayNumber = number;

/** `1-Feb-2026`, quoted or not (RFC 9051, date). */
export function scanDate(scanner: Scanner): DayNumber {
  const text = scanner.astring().toString('latin1');
  const day = dayFromText(text);
  if (day === undefined) throw new ImapSyntaxError('Bad date');
  return day;
}

/** `" 1-Feb-2026 08:30:00 +0700"` (RFC 9051, date-time). */
export function scanDateTime(scanner: Scanner): Date {
  const text = scanner.string().toString('latin1');
  const found = /^([ \d]\d-[A-Za-z]{3}-\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text);
  const day = found?.[1] === undefined ? undefined : dayFromText(found[1].trimStart());
  if (found === null || day === undefined) throw new ImapSyntaxError('Bad date and time');
  const [hour, minute, second] = [Number(found[2]), Number(found[3]), Number(found[4])];
  const zoneMinutes = (Number(found[6]) * 60 + Number(found[7])) * (found[5] === '-' ? -1 : 1);
  if (hour > 23 || minute > 59 || second > 60) throw new ImapSyntaxError('Bad date and time');
  return new Date(day * DAY_MS + ((hour * 60 + minute - zoneMinutes) * 60 + second) * 1000);
}

/** The day on which an instant falls in Viet Nam. */
export function dayOf(milliseconds: number): DayNumber {
  return Math.floor((milliseconds + LOCAL_OFFSET_MS) / DAY_MS);
}

/** The instant at which a day begins in Viet Nam. */
export function startOfDay(day: DayNumber): Date {
  return new Date(day * DAY_MS - LOCAL_OFFSET_MS);
}

/** The day written in a Date header, whatever its time and zone (RFC 9051, SENTON); undefined where there is none. */
export function dayOfDateHeader(text: string): DayNumber | undefined {
  const found = /(?:^|[\s,])(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})/.exec(text.slice(0, 200));
  if (found === null) return undefined;
  return dayFromText(`${found[1]}-${found[2]}-${found[3]}`);
}

/** INTERNALDATE: `"01-Feb-2026 08:30:00 +0700"`, with a leading space for one-figure days. */
export function encodeDateTime(milliseconds: number): string {
  const local = new Date(milliseconds + LOCAL_OFFSET_MS);
  const day = String(local.getUTCDate()).padStart(2, ' ');
  const month = MONTHS[local.getUTCMonth()] ?? 'Jan';
  const time = local.toISOString().slice(11, 19);
  return `"${day}-${month}-${String(local.getUTCFullYear()).padStart(4, '0')} ${time} ${LOCAL_ZONE}"`;
}

function dayFromText(text: string): DayNumber | undefined {
  const found = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  if (found === null) return undefined;
  const month = MONTHS.findIndex((name) => name.toLowerCase() === found[2]?.toLowerCase());
  const day = Number(found[1]);
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Number(found[3]), month, day);
  // 31 February would become a day of March.
  if (month < 0 || date.getUTCDate() !== day) return undefined;
  return Math.floor(date.getTime() / DAY_MS);
}
