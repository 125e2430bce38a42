import { describe, expect, it } from 'vitest';
import { settleRows } from '#client/directives/settle-rows.ts';

const row = (id: string) => ({ id });
const rows = (ids: string) => ids.split('').map((id) => row(id));
const ids = (settled: { rows: readonly { id: string }[] }) => settled.rows.map((one) => one.id).join('');

describe('settleRows', () => {
  it('lets new rows in at once when nobody is at the list', () => {
    const settled = settleRows({
      shown: ['a', 'b'],
      sameView: true,
      wanted: rows('nab'),
      all: rows('nab'),
      busy: false,
    });
    expect(ids(settled)).toBe('nab');
    expect(settled.waitingCount).toBe(0);
  });

  it('counts new rows and moves none while the list is busy', () => {
    const settled = settleRows({
      shown: ['a', 'b'],
      sameView: true,
      wanted: rows('mnba'),
      all: rows('mnba'),
      busy: true,
    });
    expect(ids(settled)).toBe('ab');
    expect(settled.waitingCount).toBe(2);
  });

  it('leaves a row that no longer answers the filter under the pointer', () => {
    const settled = settleRows({
      shown: ['a', 'b'],
      sameView: true,
      wanted: rows('b'),
      all: rows('ab'),
      busy: true,
    });
    expect(ids(settled)).toBe('ab');
  });

  it('starts afresh with another filter', () => {
    const settled = settleRows({
      shown: ['a'],
      sameView: false,
      wanted: rows('b'),
      all: rows('ab'),
      busy: true,
    });
    expect(ids(settled)).toBe('b');
  });

  it('does not hold an empty list', () => {
    expect(
      ids(settleRows({ shown: [], sameView: true, wanted: rows('n'), all: rows('n'), busy: true })),
    ).toBe('n');
  });
});
