/** The hub's clock. Everything that decides by time asks it, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

const provinceYear = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Ho_Chi_Minh', year: 'numeric' });

/** The calendar year in Asia/Ho_Chi_Minh; numbers restart with it (Decree 30/2020, Article 15). */
export function yearOf(at: Date): number {
  return Number(provinceYear.format(at));
}
