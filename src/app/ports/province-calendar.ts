import type { Calendars } from './calendars.ts';

/** What a use case takes that counts in working days of the province. */
export interface ProvinceCalendar {
  readonly calendar: { readonly calendars: Pick<Calendars, 'ofProvince'> };
}
