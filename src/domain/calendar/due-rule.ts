import type { Urgency } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { dayNumberOf, isLocalDate, type LocalDate } from './local-date.ts';
import type { WorkingCalendar } from './working-calendar.ts';
import {
  afterWorkingDays,
  afterWorkingMinutes,
  closeOfBusiness,
  closeOfDate,
  workingDaysMax,
} from './working-time.ts';

/** How a deadline is given (thời hạn). */
export type DueRule =
  /** Ends at the close of the n-th working day; what comes after `lateMinute` is the next morning's. */
  | { readonly kind: 'working_days'; readonly days: number; readonly lateMinute?: number }
  /** In office hours. */
  | { readonly kind: 'working_minutes'; readonly minutes: number }
  /** Around the clock. */
  | { readonly kind: 'minutes'; readonly minutes: number }
  /** Close of business today, or of the next working day when today has no work left. */
  | { readonly kind: 'same_day' }
  | { readonly kind: 'date'; readonly date: LocalDate }
  | { readonly kind: 'datetime'; readonly at: Date };

const minutesMax = 366 * 24 * 60;

/** The instant at which it is due. Throws `bad_input` for figures and dates that mean nothing. */
export function dueAtOf(calendar: WorkingCalendar, from: Date, rule: DueRule): Date {
  switch (rule.kind) {
    case 'working_days':
      checkWhole(rule.days, 1, workingDaysMax, 'days');
      return afterWorkingDays(
        calendar,
        from,
        rule.days,
        rule.lateMinute === undefined ? {} : { lateMinute: rule.lateMinute },
      );
    case 'working_minutes':
      checkWhole(rule.minutes, 1, minutesMax, 'minutes');
      return afterWorkingMinutes(calendar, from, rule.minutes);
    case 'minutes':
      checkWhole(rule.minutes, 1, minutesMax, 'minutes');
      return new Date(from.getTime() + rule.minutes * 60_000);
    case 'same_day':
      return closeOfBusiness(calendar, from);
    case 'date':
      if (!isLocalDate(rule.date)) throw new HubError('bad_input', { field: 'date' });
      return closeOfDate(calendar, dayNumberOf(rule.date));
    case 'datetime':
      if (Number.isNaN(rule.at.getTime())) throw new HubError('bad_input', { field: 'at' });
      return rule.at;
  }
}

function checkWhole(value: number, min: number, max: number, field: string): void {
  if (!Number.isInteger(value) || value < min || value > max) throw new HubError('bad_input', { field });
}

/** When each step is due after the arrival. */
interface ServiceLevel {
  readonly acknowledge: DueRule;
  readonly register: DueRule;
  readonly assign: DueRule;
}

/**
 * Service levels by urgency (domain.md §5.5; the law says only "at once" and "the same day", Decree 30/2020, Articles 4,
 * 21 and 23). Hỏa tốc and thượng khẩn run around the clock.
 */
export const serviceLevels: Readonly<Record<Urgency, ServiceLevel>> = {
  hoa_toc: {
    acknowledge: { kind: 'minutes', minutes: 15 },
    register: { kind: 'minutes', minutes: 15 },
    assign: { kind: 'minutes', minutes: 60 },
  },
  thuong_khan: {
    acknowledge: { kind: 'minutes', minutes: 30 },
    register: { kind: 'minutes', minutes: 30 },
    assign: { kind: 'minutes', minutes: 120 },
  },
  khan: {
    acknowledge: { kind: 'working_minutes', minutes: 120 },
    register: { kind: 'working_minutes', minutes: 120 },
    assign: { kind: 'same_day' },
  },
  normal: {
    acknowledge: { kind: 'working_days', days: 1 },
    register: { kind: 'working_days', days: 1 },
    assign: { kind: 'working_days', days: 1 },
  },
};
