const provinceDate = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Ho_Chi_Minh',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The day in Asia/Ho_Chi_Minh, as `2016-05-11`. */
export function provinceDay(at: Date): string {
  return provinceDate.format(at);
}

/** The end of office hours of a day (domain.md §5.5). */
export function closeOfDay(day: string): Date {
  return new Date(`${day}T17:00:00+07:00`);
}
