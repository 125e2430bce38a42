const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const namedZones = new Map([
  ['ut', 0],
  ['gmt', 0],
  ['utc', 0],
  ['z', 0],
  ['est', -300],
  ['edt', -240],
  ['cst', -360],
  ['cdt', -300],
  ['mst', -420],
  ['mdt', -360],
  ['pst', -480],
  ['pdt', -420],
]);
/** Asia/Ho_Chi_Minh has had this offset since 1975, without daylight saving. */
const provinceOffsetMs = 7 * 3_600_000;

const datePattern =
  /^(?:[a-z]{3,9}\.?,?\s*)?(\d{1,2})\s+([a-z]{3})[a-z]*\.?\s+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[a-z]{1,5})?/i;

/** Reads a Date field (RFC 5322, sections 3.3 and 4.3); undefined when it is none. An unknown zone counts as UTC. */
export function parseMessageDate(text: string): Date | undefined {
  const match = datePattern.exec(
    text
      .slice(0, 200)
      .replaceAll(/\([^()]*\)/g, ' ')
      .trim(),
  );
  if (!match) return undefined;
  const [, day, monthName = '', yearText = '', hour, minute, second, zone = ''] = match;
  const month = months.indexOf(monthName.toLowerCase());
  if (month === -1) return undefined;
  const shortYear = Number(yearText);
  const year = yearText.length >= 4 ? shortYear : shortYear + (shortYear < 50 ? 2000 : 1900);
  const local = Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  const at = new Date(local - zoneMinutes(zone) * 60_000);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function zoneMinutes(zone: string): number {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (!match) return namedZones.get(zone.toLowerCase()) ?? 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `Mon, 04 Jan 2016 07:30:00 +0700`: a Date field in the province's time. */
export function formatMessageDate(at: Date): string {
  const local = new Date(at.getTime() + provinceOffsetMs);
  const month = months[local.getUTCMonth()] ?? '';
  const monthName = month.charAt(0).toUpperCase() + month.slice(1);
  const date = `${two(local.getUTCDate())} ${monthName} ${String(local.getUTCFullYear()).padStart(4, '0')}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${dayNames[local.getUTCDay()] ?? ''}, ${date} ${time} +0700`;
}

/** `04/01/2016 07:30`: how an official text of the province writes a time. */
export function formatProvinceTime(at: Date): string {
  const local = new Date(at.getTime() + provinceOffsetMs);
  const date = `${two(local.getUTCDate())}/${two(local.getUTCMonth() + 1)}/${local.getUTCFullYear()}`;
  return `${date} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}
