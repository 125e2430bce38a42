import { createInstance } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { en } from '#client/words/en.ts';
import { vi } from '#client/words/vi.ts';
import {
  dayAndTime,
  deadlinePhrase,
  fromProvinceTime,
  octetSize,
  shortMoment,
  toProvinceField,
  weekdayDate,
  wholeNumber,
} from '#client/words/time-phrase.ts';

const now = new Date('2016-05-11T01:45:00Z');
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

const words = createInstance();
beforeAll(() =>
  words.init({
    lng: 'vi',
    keySeparator: false,
    nsSeparator: false,
    resources: { vi: { translation: vi }, en: { translation: en } },
  }),
);

function said(dueAt: Date, language: 'vi' | 'en'): string {
  const { tone, unit, count } = deadlinePhrase(dueAt, now);
  return words.getFixedT(language)(`time.${tone === 'overdue' ? 'late' : 'left'}.${unit}`, { count });
}

describe('deadlinePhrase', () => {
  it.each([
    [9, 'còn 9 phút', '9 minutes left'],
    [1, 'còn 1 phút', '1 minute left'],
    [0.2, 'còn 1 phút', '1 minute left'],
    [119, 'còn 119 phút', '119 minutes left'],
    [180, 'còn 3 giờ', '3 hours left'],
    [2 * 24 * 60, 'còn 2 ngày', '2 days left'],
    [-1, 'Quá hạn 1 phút', 'Overdue by 1 minute'],
    [-3 * 60, 'Quá hạn 3 giờ', 'Overdue by 3 hours'],
    [-2.9 * 24 * 60, 'Quá hạn 2 ngày', 'Overdue by 2 days'],
  ])('says what is left or late after %d minutes in both languages', (minutes, inVietnamese, inEnglish) => {
    expect(said(after(minutes), 'vi')).toBe(inVietnamese);
    expect(said(after(minutes), 'en')).toBe(inEnglish);
  });

  it('is near within a day, open before, overdue from the minute itself', () => {
    expect(deadlinePhrase(after(23 * 60), now).tone).toBe('near');
    expect(deadlinePhrase(after(25 * 60), now).tone).toBe('open');
    expect(deadlinePhrase(now, now).tone).toBe('overdue');
  });
});

describe('times of the province', () => {
  it('are shown in UTC+7, day before month', () => {
    expect(dayAndTime(new Date('2016-05-13T10:00:00Z'))).toBe('13/05/2016 17:00');
    expect(dayAndTime(new Date('2016-05-10T17:00:00Z'))).toBe('11/05/2016 00:00');
  });

  it('are as short as they can be', () => {
    expect(shortMoment(now, now)).toBe('08:45');
    expect(shortMoment(new Date('2016-05-09T01:45:00Z'), now)).toBe('09/05 08:45');
    expect(shortMoment(new Date('2015-12-09T01:45:00Z'), now)).toBe('09/12/2015');
  });

  it('are read from a field as they are written into it', () => {
    const time = new Date('2016-05-13T10:00:00.000Z');
    expect(toProvinceField(time)).toBe('2016-05-13T17:00');
    expect(fromProvinceTime('2016-05-13T17:00')).toEqual(time);
    expect(fromProvinceTime('ngày mai')).toBeUndefined();
  });

  it('bear the weekday and the numbers of the language', () => {
    expect(weekdayDate(now, 'vi')).toBe('Thứ Tư 11/05/2016');
    expect(weekdayDate(now, 'en')).toBe('Wednesday 11/05/2016');
    expect(wholeNumber(9850, 'vi')).toBe('9.850');
    expect(wholeNumber(9850, 'en')).toBe('9,850');
    expect(octetSize(820, 'vi')).toBe('820 B');
    expect(octetSize(3_412, 'vi')).toBe('3,4 KB');
    expect(octetSize(3_412_000, 'en')).toBe('3.4 MB');
  });
});
