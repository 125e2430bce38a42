import { describe, expect, it } from 'vitest';

import { dayOf, dayOfDateHeader, encodeDateTime } from '#mail/imap/grammar/date-time.ts';

describe('encodeDateTime', () => {
  it('writes the time of Viet Nam, with a space before one-figure days', () => {
    expect(encodeDateTime(Date.UTC(2026, 1, 28, 18, 30, 5))).toBe('" 1-Mar-2026 01:30:05 +0700"');
  });
});

describe('dayOf', () => {
  it('changes at midnight in Viet Nam', () => {
    expect(dayOf(Date.UTC(2026, 1, 28, 17)) - dayOf(Date.UTC(2026, 1, 28, 16, 59))).toBe(1);
  });
});

describe('dayOfDateHeader', () => {
  it('takes the day as written, whatever the zone', () => {
    const day = Date.UTC(2026, 2, 2) / 86_400_000;
    expect(dayOfDateHeader('Mon, 2 Mar 2026 23:59:00 -1200')).toBe(day);
    expect(dayOfDateHeader('02 March 2026')).toBe(day);
    expect(dayOfDateHeader('yesterday')).toBeUndefined();
  });
});
