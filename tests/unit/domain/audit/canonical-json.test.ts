import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#domain/audit/canonical-json.ts';

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: [true, null, 'ạ"\n'] }, '{"a":[true,null,"ạ\\"\\n"],"b":1}'],
    [{ a: undefined, b: new Date(0) }, '{"b":"1970-01-01T00:00:00.000Z"}'],
    [[undefined, 1e21, 0.1, -0], '[null,1e+21,0.1,0]'],
    [{ ü: 1, u: 2, U: 3, '10': 4, '9': 5 }, '{"10":4,"9":5,"U":3,"u":2,"ü":1}'],
  ])('%j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('is the same in whatever order names were written, and says the same as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(RangeError);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([name, item]) => [name, reversed(item)]));
}
