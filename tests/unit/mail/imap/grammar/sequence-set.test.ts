import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LARGEST, mergeRanges, rangesHold } from '#mail/imap/grammar/sequence-set.ts';

const end = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(LARGEST));
const sets = fc.array(fc.record({ first: end, last: end }), { minLength: 1, maxLength: 12 });

describe('mergeRanges', () => {
  it('names the last message by a star, even below the other end', () => {
    expect(mergeRanges([{ first: 559, last: LARGEST }], 12)).toEqual([{ first: 12, last: 559 }]);
  });

  it('joins what touches', () => {
    const set = [
      { first: 5, last: 3 },
      { first: 6, last: 9 },
      { first: 1, last: 1 },
    ];
    expect(mergeRanges(set, 20)).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 9 },
    ]);
  });

  it('I8 holds the same numbers as the set, in rising ranges with gaps between', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 60 }), (set, largest) => {
        const merged = mergeRanges(set, largest);
        const value = (number: number): number => (number === LARGEST ? largest : number);
        for (let number = 1; number <= 61; number += 1) {
          const held = set.some(({ first, last }) => {
            const [low, high] = [Math.min(value(first), value(last)), Math.max(value(first), value(last))];
            return low <= number && number <= high;
          });
          expect(rangesHold(merged, number)).toBe(held);
        }
        for (const [at, range] of merged.entries()) {
          expect(range.first).toBeLessThanOrEqual(range.last);
          const before = merged[at - 1];
          if (before !== undefined) expect(range.first).toBeGreaterThan(before.last + 1);
        }
      }),
    );
  });
});
