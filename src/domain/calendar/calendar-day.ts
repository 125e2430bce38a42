import type { LocalDate } from './local-date.ts';

/**
 * Ngày làm việc, ngày nghỉ hằng tuần, ngày lễ, ngày nghỉ bù (Labour Code 2019, Article 111.3) or hoán đổi, ngày làm bù.
 * A compensatory day is off, a makeup day is worked.
 */
export const dayKinds = ['workday', 'weekend', 'holiday', 'compensatory_off', 'makeup_work'] as const;
export type DayKind = (typeof dayKinds)[number];

export const dayHalves = ['morning', 'afternoon'] as const;
export type DayHalf = (typeof dayHalves)[number];

/** A day on which the calendar says something of its own. Lunar dates are such days: never computed. */
export interface CalendarDay {
  readonly date: LocalDate;
  readonly kind: DayKind;
  /** The only half that is worked; absent: the whole day. Only of a day that is worked. */
  readonly halfDay?: DayHalf;
  readonly reason?: string;
  /** Số, ký hiệu of the decision or notice that says so. */
  readonly decisionRef?: string;
  /** From general knowledge: no decision was seen; to be confirmed by an administrator before it is relied on. */
  readonly unconfirmed?: boolean;
}

export function isWorkedKind(kind: DayKind): boolean {
  switch (kind) {
    case 'workday':
    case 'makeup_work':
      return true;
    case 'weekend':
    case 'holiday':
    case 'compensatory_off':
      return false;
  }
}
