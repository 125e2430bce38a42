import { array, assert, integer, nat, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareByWeight } from '#demo/largest-remainder.ts';

describe('shareByWeight', () => {
  test('it gives what is left to the largest remainders', () => {
    const shares = shareByWeight(10, [
      { slug: 'a', weight: 1 },
      { slug: 'b', weight: 2 },
      { slug: 'c', weight: 4 },
    ]);
    expect([...shares]).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 6],
    ]);
  });

  test('it breaks ties by slug, whatever the order', () => {
    const shares = shareByWeight(4, [
      { slug: 'c', weight: 1 },
      { slug: 'b', weight: 1 },
      { slug: 'a', weight: 1 },
    ]);
    expect(shares.get('a')).toBe(2);
    expect(shares.get('c')).toBe(1);
  });

  test('it always shares out exactly the total', () => {
    const weights = array(integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 });
    assert(
      property(nat(20_000), weights, (total, list) => {
        const shares = shareByWeight(
          total,
          list.map((weight, at) => ({ slug: `s${at}`, weight })),
        );
        expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBe(total);
      }),
    );
  });
});
