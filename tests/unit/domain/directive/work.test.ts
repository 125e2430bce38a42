import { describe, expect, it } from 'vitest';
import { timelinessOf } from '#domain/directive/timeliness.ts';
import { checkExtension, checkParts, checkReopen, isCompleted, wordsOf } from '#domain/directive/work.ts';
import { HubError } from '#domain/hub-error.ts';

const day = (date: string) => new Date(`${date}T17:00:00+07:00`);
const now = day('2016-05-11');

function refusal(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error.code;
    throw error;
  }
}

describe('timelinessOf', () => {
  const givenAt = day('2016-05-03');
  const nearUntil = day('2016-05-16');

  it.each([
    ['in_time', {}],
    ['in_time', { dueAt: day('2016-05-17') }],
    ['near_due', { dueAt: day('2016-05-16') }],
    ['near_due', { dueAt: now }],
    ['overdue', { dueAt: new Date(now.getTime() - 1) }],
    ['done_in_time', { dueAt: day('2016-05-10'), completedAt: day('2016-05-10') }],
    ['done_late', { dueAt: day('2016-05-09'), completedAt: day('2016-05-10') }],
    ['done_in_time', { completedAt: day('2016-05-10') }],
  ] as const)('is %s for %o', (timeliness, times) => {
    expect(timelinessOf({ givenAt, ...times }, now, nearUntil)).toBe(timeliness);
  });

  it('is near when a fifth of a long time is left, however many days that is', () => {
    const long = { givenAt: day('2015-05-11'), dueAt: day('2016-07-11') };
    expect(timelinessOf(long, now, nearUntil)).toBe('near_due');
    expect(timelinessOf({ ...long, givenAt: day('2016-05-01') }, now, nearUntil)).toBe('in_time');
  });
});

describe('checkExtension', () => {
  const work = { dueAt: day('2016-05-20') };

  it('takes a later deadline, twice, while the present one runs', () => {
    expect(refusal(() => checkExtension(work, day('2016-05-25'), now))).toBeUndefined();
    expect(
      refusal(() => checkExtension({ ...work, extensionCount: 1 }, day('2016-05-25'), now)),
    ).toBeUndefined();
  });

  it.each([
    ['extension_limit_reached', { ...work, extensionCount: 2 }, day('2016-05-25')],
    ['extension_undecided', { ...work, extensionId: 'e-1' }, day('2016-05-25')],
    ['bad_input', work, day('2016-05-20')],
    ['bad_input', {}, day('2016-05-25')],
    ['bad_input', work, new Date(Number.NaN)],
    ['deadline_in_past', { dueAt: day('2016-05-10') }, day('2016-05-25')],
  ])('refuses with %s: %o', (code, asked, newDueAt) => {
    expect(refusal(() => checkExtension(asked, newDueAt, now))).toBe(code);
  });
});

describe('checkReopen', () => {
  it('lets 30 days pass and no more', () => {
    const at = day('2016-06-10');
    expect(refusal(() => checkReopen(now, at))).toBeUndefined();
    expect(refusal(() => checkReopen(now, new Date(at.getTime() + 1)))).toBe('time_limit_passed');
  });
});

describe('checkParts', () => {
  const parent = { dueAt: day('2016-05-20') };

  it.each([
    [undefined, [], [{ role: 'lead' }, { role: 'coord', dueAt: day('2016-05-20') }]],
    [undefined, [{ role: 'lead' }], [{ role: 'coord' }]],
    ['lead_missing', [], [{ role: 'coord' }]],
    ['two_leads', [{ role: 'lead' }], [{ role: 'lead' }]],
    ['two_leads', [], [{ role: 'lead' }, { role: 'lead' }]],
    ['deadline_after_parent', [], [{ role: 'lead', dueAt: day('2016-05-21') }]],
    ['deadline_in_past', [], [{ role: 'lead', dueAt: now }]],
    ['bad_input', [], [{ role: 'lead', dueAt: new Date(Number.NaN) }]],
  ] as const)('gives %s for %o and %o', (code, living, added) => {
    expect(refusal(() => checkParts(parent, living, added, now))).toBe(code);
  });
});

describe('isCompleted', () => {
  it.each([
    [true, [{ role: 'lead', state: 'done' }]],
    [
      true,
      [
        { role: 'lead', state: 'done' },
        { role: 'coord', state: 'in_progress' },
      ],
    ],
    [
      true,
      [
        { role: 'lead', state: 'done' },
        { role: 'lead', state: 'in_progress', parentId: 'a-1' },
      ],
    ],
    [
      true,
      [
        { role: 'lead', state: 'transferred' },
        { role: 'lead', state: 'done' },
      ],
    ],
    [false, [{ role: 'lead', state: 'submitted_l2' }]],
    [
      false,
      [
        { role: 'lead', state: 'cancelled' },
        { role: 'coord', state: 'done' },
      ],
    ],
    [false, [{ role: 'info', state: 'acknowledged' }]],
  ] as const)('is %s for %o', (expected, assignments) => {
    expect(isCompleted(assignments)).toBe(expected);
  });
});

describe('wordsOf', () => {
  it('trims, composes, and refuses what is empty, too long or hidden', () => {
    expect(wordsOf('  Đã xong ', 'text', 'must')).toBe('Đã xong');
    expect(wordsOf('   ', 'text', 'may')).toBeUndefined();
    expect(refusal(() => wordsOf(' ', 'text', 'must'))).toBe('bad_input');
    expect(refusal(() => wordsOf('x'.repeat(10_001), 'text', 'must'))).toBe('text_too_long');
    expect(refusal(() => wordsOf('a\u0000b', 'text', 'must'))).toBe('line_break_in_field');
  });
});
