import { describe, expect, it } from 'vitest';
import { type DueRule, dueAtOf, serviceLevels } from '#domain/calendar/due-rule.ts';
import { officeHoursText, parseOfficeHours } from '#domain/calendar/office-hours.ts';
import { shippedDays } from '#domain/calendar/shipped-days.ts';
import { workingCalendar } from '#domain/calendar/working-calendar.ts';
import { at } from './moments.ts';

const calendar = workingCalendar(shippedDays);
// Friday before the holiday of 30 April to 3 May 2016, an hour before the close.
const from = at('2016-04-29 16:00');

describe('dueAtOf', () => {
  it.each<[DueRule, string]>([
    [{ kind: 'working_days', days: 2 }, '2016-05-05 17:00'],
    [{ kind: 'working_days', days: 2, lateMinute: 900 }, '2016-05-06 17:00'],
    [{ kind: 'working_minutes', minutes: 120 }, '2016-05-04 08:00'],
    [{ kind: 'minutes', minutes: 120 }, '2016-04-29 18:00'],
    [{ kind: 'same_day' }, '2016-04-29 17:00'],
    [{ kind: 'date', date: '2016-05-10' }, '2016-05-10 17:00'],
    [{ kind: 'date', date: '2016-05-01' }, '2016-05-04 17:00'],
    [{ kind: 'datetime', at: at('2016-05-01 03:00') }, '2016-05-01 03:00'],
  ])('%j is %s', (rule, due) => {
    expect(dueAtOf(calendar, from, rule)).toEqual(at(due));
  });

  it.each<DueRule>([
    { kind: 'working_days', days: 0 },
    { kind: 'working_days', days: 1.5 },
    { kind: 'working_minutes', minutes: -1 },
    { kind: 'minutes', minutes: Number.POSITIVE_INFINITY },
    { kind: 'date', date: '2016-02-30' },
    { kind: 'datetime', at: new Date('nonsense') },
  ])('refuses %j', (rule) => {
    expect(() => dueAtOf(calendar, from, rule)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});

describe('serviceLevels', () => {
  it.each([
    ['hoa_toc', '2016-04-29 16:15', '2016-04-29 17:00'],
    ['thuong_khan', '2016-04-29 16:30', '2016-04-29 18:00'],
    ['khan', '2016-05-04 08:00', '2016-04-29 17:00'],
    ['normal', '2016-05-04 17:00', '2016-05-04 17:00'],
  ] as const)('%s is acknowledged by %s and assigned by %s', (urgency, acknowledge, assign) => {
    const level = serviceLevels[urgency];
    expect(dueAtOf(calendar, from, level.acknowledge)).toEqual(at(acknowledge));
    expect(dueAtOf(calendar, from, level.assign)).toEqual(at(assign));
  });
});

describe('office hours', () => {
  it('are read and written as text', () => {
    expect(officeHoursText(parseOfficeHours('07:30-11:30,13:00-17:00'))).toBe('07:30-11:30,13:00-17:00');
  });

  it.each([
    '',
    '07:00',
    '07:00-11:30',
    '13:30-17:00',
    '11:30-07:00,13:30-17:00',
    '07:00-14:00,13:30-17:00',
    '07:00-25:00',
    '07:00-11:30 13:30-17:00',
  ])('refuse %j', (text) => {
    expect(() => parseOfficeHours(text)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});
