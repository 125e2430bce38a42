import { describe, expect, it } from 'vitest';
import { dayNumberOf } from '#domain/calendar/local-date.ts';
import { shippedDays } from '#domain/calendar/shipped-days.ts';
import { dayOf, workingCalendar, workingDaysFrom, yearsMissing } from '#domain/calendar/working-calendar.ts';

const calendar = workingCalendar(shippedDays);
const kindOf = (date: string) => dayOf(calendar, dayNumberOf(date)).kind;

describe('the shipped days', () => {
  it('make 251 working days of 2016', () => {
    expect(workingDaysFrom(calendar, '2016-01-01', '2016-12-31')).toBe(251);
  });

  it('take off ten weekdays of 2016', () => {
    const off = shippedDays
      .filter(({ date }) => date.startsWith('2016') && ![0, 6].includes(new Date(date).getUTCDay()))
      .map(({ date }) => date);
    expect(off).toEqual([
      '2016-01-01',
      '2016-02-08',
      '2016-02-09',
      '2016-02-10',
      '2016-02-11',
      '2016-02-12',
      '2016-04-18',
      '2016-05-02',
      '2016-05-03',
      '2016-09-02',
    ]);
  });

  it('swap days with Saturdays in 2024 and 2025', () => {
    expect(['2024-04-29', '2024-05-04', '2025-05-02', '2025-04-26'].map(kindOf)).toEqual([
      'compensatory_off',
      'makeup_work',
      'compensatory_off',
      'makeup_work',
    ]);
  });

  it('name each day once, in order, makeup only on a weekend and compensation only on a weekday', () => {
    for (const year of ['2016', '2024', '2025', '2026', '2027']) {
      const ofYear = shippedDays.filter(({ date }) => date.startsWith(year));
      expect(new Set(ofYear.map(({ date }) => date)).size).toBe(ofYear.length);
      for (const { date, kind } of ofYear) {
        const isWeekend = [0, 6].includes(new Date(date).getUTCDay());
        if (kind === 'makeup_work') expect(isWeekend, date).toBe(true);
        if (kind === 'compensatory_off') expect(isWeekend, date).toBe(false);
      }
    }
  });

  it('say which of them nobody has confirmed', () => {
    expect(shippedDays.filter(({ date }) => date.startsWith('2016')).some((day) => day.unconfirmed)).toBe(
      false,
    );
    expect(shippedDays.filter(({ date }) => date >= '2024').every((day) => day.unconfirmed)).toBe(true);
  });

  // Labour Code 2019, Article 112: 1 + 5 + 1 + 1 + 1 + 2 days from 2021 on.
  it.each([2024, 2025, 2026, 2027])('give eleven days of rest in %d, not counting swaps', (year) => {
    const days = shippedDays.filter(({ date }) => date.startsWith(String(year)));
    const swapped = days.filter(({ kind }) => kind === 'makeup_work').length;
    const offWeekdays = days.filter(
      ({ date, kind }) => kind !== 'makeup_work' && ![0, 6].includes(new Date(date).getUTCDay()),
    ).length;
    expect(offWeekdays - swapped).toBe(11);
  });
});

describe('a year without days', () => {
  it('has weekends and fixed solar holidays, and is named', () => {
    expect(['2031-01-01', '2031-04-30', '2031-05-01', '2031-09-02'].map(kindOf)).toEqual(
      Array.from({ length: 4 }, () => 'holiday'),
    );
    expect(kindOf('2031-01-04')).toBe('weekend');
    expect(kindOf('2031-01-02')).toBe('workday');
    expect(yearsMissing(calendar, '2026-12-01', '2029-01-31')).toEqual([2028, 2029]);
  });
});
