import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayNumberAt, dayNumberOf, isLocalDate, localDateOf } from '#domain/calendar/local-date.ts';
import { shippedDays } from '#domain/calendar/shipped-days.ts';
import { isWorkingDay, withHours, workingCalendar } from '#domain/calendar/working-calendar.ts';
import {
  afterPauses,
  afterWorkingDays,
  afterWorkingMinutes,
  closeOfBusiness,
  closeOfDate,
  nextWorkingInstant,
  oneStopLateMinute,
  workingMinutesBetween,
} from '#domain/calendar/working-time.ts';
import { at } from './moments.ts';

const calendar = workingCalendar(shippedDays);

describe('afterWorkingDays', () => {
  it.each([
    ['2016-04-28 09:00', 3, '2016-05-05 17:00'],
    ['2016-02-05 09:00', 1, '2016-02-15 17:00'],
    ['2016-05-11 09:00', 10, '2016-05-25 17:00'],
    // A swap: Saturday 4 May 2024 is worked, Monday 29 April is not.
    ['2024-04-26 10:00', 1, '2024-05-02 17:00'],
    ['2024-05-03 10:00', 1, '2024-05-04 17:00'],
    ['2025-04-25 10:00', 1, '2025-04-26 17:00'],
    ['2025-04-29 10:00', 1, '2025-05-05 17:00'],
    // Midnight in the province is 17:00 UTC of the day before.
    ['2016-04-28 00:00', 1, '2016-04-29 17:00'],
    ['2016-04-27 23:59', 1, '2016-04-28 17:00'],
  ])('received %s, %d days: %s', (from, days, due) => {
    expect(afterWorkingDays(calendar, at(from), days)).toEqual(at(due));
  });

  it.each([
    ['2016-04-28 15:00', '2016-04-29 17:00'],
    ['2016-04-28 15:01', '2016-05-04 17:00'],
    ['2016-04-30 08:00', '2016-05-05 17:00'],
  ])('at a one-stop counter, received %s, 1 day: %s', (from, due) => {
    expect(afterWorkingDays(calendar, at(from), 1, { lateMinute: oneStopLateMinute })).toEqual(at(due));
  });

  it('ends at noon of a half day, and at the hours of the organ', () => {
    const half = workingCalendar([
      ...shippedDays,
      { date: '2016-04-29', kind: 'workday', halfDay: 'morning' as const },
    ]);
    expect(afterWorkingDays(half, at('2016-04-28 09:00'), 1)).toEqual(at('2016-04-29 11:30'));
    const late = withHours(calendar, [
      { fromMinute: 480, toMinute: 720 },
      { fromMinute: 780, toMinute: 1050 },
    ]);
    expect(afterWorkingDays(late, at('2016-04-28 09:00'), 1)).toEqual(at('2016-04-29 17:30'));
  });

  it.each([0, -1, 1.5, 3661, Number.NaN])('refuses %d days', (days) => {
    expect(() => afterWorkingDays(calendar, at('2016-04-28 09:00'), days)).toThrow(RangeError);
  });

  it('gives up on a calendar without work rather than search for ever', () => {
    const idle = workingCalendar(
      Array.from({ length: 800 }, (_, index) => ({
        date: localDateOf(new Date(Date.UTC(2016, 0, 1 + index))),
        kind: 'holiday' as const,
      })),
    );
    expect(() => afterWorkingDays(idle, at('2016-01-02 09:00'), 1)).toThrow(RangeError);
    expect(() => nextWorkingInstant(idle, at('2016-01-02 09:00'))).toThrow(RangeError);
  });
});

describe('working minutes', () => {
  it.each([
    ['2016-05-11 09:00', 120, '2016-05-11 11:00'],
    ['2016-05-11 10:30', 120, '2016-05-11 14:30'],
    ['2016-05-11 10:30', 60, '2016-05-11 11:30'],
    ['2016-05-13 16:00', 120, '2016-05-16 08:00'],
    ['2016-05-13 20:00', 1, '2016-05-16 07:01'],
    ['2016-05-13 20:00', 0, '2016-05-16 07:00'],
  ])('after %s, %d of them end at %s', (from, minutes, end) => {
    expect(afterWorkingMinutes(calendar, at(from), minutes)).toEqual(at(end));
  });

  it('are 480 a day, none over a holiday, and none backwards', () => {
    const between = (from: string, to: string) => workingMinutesBetween(calendar, at(from), at(to));
    expect(between('2016-05-11 00:00', '2016-05-12 00:00')).toBe(480);
    expect(between('2016-04-30 00:00', '2016-05-04 00:00')).toBe(0);
    expect(between('2016-05-11 11:00', '2016-05-11 14:00')).toBe(60);
    expect(between('2016-05-12 00:00', '2016-05-11 00:00')).toBe(0);
  });

  it('stand still in a pause, also where pauses overlap', () => {
    const from = at('2016-05-11 07:00');
    const to = at('2016-05-13 17:00');
    const pauses = [
      { from: at('2016-05-11 10:00'), to: at('2016-05-12 09:00'), reason: 'waiting_supplement' },
      { from: at('2016-05-12 08:00'), to: at('2016-05-12 10:00'), reason: 'consultation' },
      { from: at('2016-05-13 16:00'), reason: 'consultation' },
    ] as const;
    // 480 × 3, without 90 + 210 of the 11th, 180 of the 12th and 60 of the 13th.
    expect(workingMinutesBetween(calendar, from, to, pauses)).toBe(1440 - 300 - 180 - 60);
  });
});

describe('afterPauses', () => {
  const from = at('2016-05-11 09:00');
  const reason = 'waiting_supplement' as const;

  it('moves a deadline in days by the days that it stood, to a close of business', () => {
    const dueAt = afterWorkingDays(calendar, from, 3);
    const pauses = [{ from: at('2016-05-12 10:00'), to: at('2016-05-16 10:00'), reason }];
    expect(afterPauses(calendar, { from, dueAt, toClose: true }, pauses, at('2016-05-17 08:00'))).toEqual(
      at('2016-05-18 17:00'),
    );
  });

  it('counts a pause that still stands until now, and one that begins in the time that another gave', () => {
    const dueAt = at('2016-05-11 11:00');
    const pauses = [
      { from: at('2016-05-11 10:00'), to: at('2016-05-11 11:30'), reason },
      { from: at('2016-05-11 13:45'), reason },
    ];
    expect(afterPauses(calendar, { from, dueAt, toClose: false }, pauses, at('2016-05-11 14:00'))).toEqual(
      at('2016-05-11 14:45'),
    );
  });

  it('leaves a deadline alone that no pause touches', () => {
    const dueAt = at('2016-05-13 17:00');
    const pauses = [
      { from: at('2016-05-14 08:00'), to: at('2016-05-15 08:00'), reason },
      { from: at('2016-05-10 08:00'), to: at('2016-05-11 08:00'), reason },
    ];
    expect(afterPauses(calendar, { from, dueAt, toClose: true }, pauses, dueAt)).toEqual(dueAt);
  });
});

describe('close of business', () => {
  it('is that of the day, or of the next working day when no work is left', () => {
    expect(closeOfBusiness(calendar, at('2016-04-29 09:00'))).toEqual(at('2016-04-29 17:00'));
    expect(closeOfBusiness(calendar, at('2016-04-29 17:00'))).toEqual(at('2016-05-04 17:00'));
    expect(closeOfDate(calendar, dayNumberOf('2016-05-01'))).toEqual(at('2016-05-04 17:00'));
  });
});

describe('properties', () => {
  const instant = fc
    .integer({ min: at('2015-11-01 00:00').getTime(), max: at('2017-02-01 00:00').getTime() })
    .map((ms) => new Date(ms));
  const days = fc.integer({ min: 1, max: 60 });
  const minutes = fc.integer({ min: 0, max: 20_000 });

  it('n and m working days are n + m working days', () => {
    fc.assert(
      fc.property(instant, days, days, (from, first, second) => {
        const inTwo = afterWorkingDays(calendar, afterWorkingDays(calendar, from, first), second);
        expect(inTwo).toEqual(afterWorkingDays(calendar, from, first + second));
      }),
    );
  });

  it('a deadline falls on a working day, after the receipt, and never runs backwards', () => {
    fc.assert(
      fc.property(instant, instant, days, fc.boolean(), (one, other, count, oneStop) => {
        const options = oneStop ? { lateMinute: oneStopLateMinute } : {};
        const [first, second] = one < other ? [one, other] : [other, one];
        const due = afterWorkingDays(calendar, first, count, options);
        expect(isWorkingDay(calendar, dayNumberAt(due))).toBe(true);
        expect(due > first).toBe(true);
        expect(afterWorkingDays(calendar, second, count, options) >= due).toBe(true);
      }),
    );
  });

  it('what is added is what lies between', () => {
    fc.assert(
      fc.property(instant, minutes, (from, count) => {
        const end = afterWorkingMinutes(calendar, from, count);
        expect(workingMinutesBetween(calendar, from, end)).toBeCloseTo(count, 6);
      }),
    );
  });

  it('working time adds up, and a pause takes away what lies in it', () => {
    fc.assert(
      fc.property(instant, instant, instant, (...moments) => {
        const [first, second, third] = moments.toSorted((left, right) => left.getTime() - right.getTime());
        if (first === undefined || second === undefined || third === undefined) return;
        const whole = workingMinutesBetween(calendar, first, third);
        const part = workingMinutesBetween(calendar, first, second);
        const rest = workingMinutesBetween(calendar, second, third);
        expect(part + rest).toBeCloseTo(whole, 6);
        const pause = { from: first, to: second, reason: 'consultation' as const };
        expect(workingMinutesBetween(calendar, first, third, [pause])).toBeCloseTo(rest, 6);
      }),
    );
  });
});

describe('isLocalDate', () => {
  it.each(['2026-02-30', '2026-13-01', '2026-1-1', '26-01-01', '2026-01-01T00:00', '', '٢٠٢٦-01-01'])(
    'refuses %s',
    (text) => expect(isLocalDate(text)).toBe(false),
  );
  it('takes a leap day of a leap year', () => {
    expect(isLocalDate('2024-02-29')).toBe(true);
    expect(isLocalDate('2023-02-29')).toBe(false);
  });
});
