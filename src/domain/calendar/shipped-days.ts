import type { CalendarDay, DayKind } from './calendar-day.ts';
import { dateOfDayNumber, dayNumberOf, type LocalDate } from './local-date.ts';

/**
 * The days that come with the hub: 2016 and 2024 to 2027. Only 2016 was checked against a source (no swap that year,
 * 251 working days). All else is general knowledge and marked `unconfirmed`; 2027 is counted by the Labour Code's rules,
 * before any decision of the Prime Minister. An administrator confirms or corrects them as days of the province.
 */
const tet = 'Tết Nguyên đán';
const hungKings = 'Giỗ Tổ Hùng Vương (10/3 âm lịch)';
const victory = 'Ngày Chiến thắng';
const labour = 'Ngày Quốc tế lao động';
const national = 'Quốc khánh';
const newYear = 'Tết Dương lịch';
const instead = (of: string) => `Nghỉ bù ${of}`;

function days(kind: DayKind, reason: string, from: LocalDate, to: LocalDate = from): readonly CalendarDay[] {
  const first = dayNumberOf(from);
  return Array.from({ length: dayNumberOf(to) - first + 1 }, (_, index) => ({
    date: dateOfDayNumber(first + index),
    kind,
    reason,
  }));
}

/** A weekday off for a Saturday worked. */
function swap(off: LocalDate, worked: LocalDate): readonly CalendarDay[] {
  return [
    ...days('compensatory_off', `Hoán đổi với ngày ${worked}`, off),
    ...days('makeup_work', `Làm bù cho ngày ${off}`, worked),
  ];
}

const confirmed: readonly CalendarDay[] = [
  ...days('holiday', newYear, '2016-01-01'),
  ...days('holiday', tet, '2016-02-07', '2016-02-11'),
  ...days('compensatory_off', instead(tet), '2016-02-12'),
  ...days('holiday', hungKings, '2016-04-16'),
  ...days('compensatory_off', instead(hungKings), '2016-04-18'),
  ...days('holiday', victory, '2016-04-30'),
  ...days('holiday', labour, '2016-05-01'),
  ...days('compensatory_off', instead(`${victory} và ${labour}`), '2016-05-02', '2016-05-03'),
  ...days('holiday', national, '2016-09-02'),
];

const unconfirmed: readonly CalendarDay[] = [
  ...days('holiday', newYear, '2024-01-01'),
  ...days('holiday', tet, '2024-02-08', '2024-02-12'),
  ...days('compensatory_off', instead(tet), '2024-02-13', '2024-02-14'),
  ...days('holiday', hungKings, '2024-04-18'),
  ...swap('2024-04-29', '2024-05-04'),
  ...days('holiday', victory, '2024-04-30'),
  ...days('holiday', labour, '2024-05-01'),
  ...days('holiday', national, '2024-09-02', '2024-09-03'),

  ...days('holiday', newYear, '2025-01-01'),
  ...days('holiday', tet, '2025-01-27', '2025-01-31'),
  ...days('holiday', hungKings, '2025-04-07'),
  ...days('holiday', victory, '2025-04-30'),
  ...days('holiday', labour, '2025-05-01'),
  ...swap('2025-05-02', '2025-04-26'),
  ...days('holiday', national, '2025-09-01', '2025-09-02'),

  ...days('holiday', newYear, '2026-01-01'),
  ...swap('2026-01-02', '2026-01-10'),
  ...days('holiday', tet, '2026-02-16', '2026-02-20'),
  ...days('holiday', hungKings, '2026-04-26'),
  ...days('compensatory_off', instead(hungKings), '2026-04-27'),
  ...days('holiday', victory, '2026-04-30'),
  ...days('holiday', labour, '2026-05-01'),
  ...swap('2026-08-31', '2026-08-22'),
  ...days('holiday', national, '2026-09-01', '2026-09-02'),

  ...days('holiday', newYear, '2027-01-01'),
  ...days('holiday', tet, '2027-02-05', '2027-02-09'),
  ...days('compensatory_off', instead(tet), '2027-02-10', '2027-02-11'),
  ...days('holiday', hungKings, '2027-04-16'),
  ...days('holiday', victory, '2027-04-30'),
  ...days('holiday', labour, '2027-05-01'),
  ...days('compensatory_off', instead(labour), '2027-05-03'),
  ...days('holiday', national, '2027-09-02', '2027-09-03'),
];

export const shippedDays: readonly CalendarDay[] = [
  ...confirmed,
  ...unconfirmed.map((day) => ({ ...day, unconfirmed: true })),
];
