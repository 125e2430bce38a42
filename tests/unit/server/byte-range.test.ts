import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition, spanOf } from '#server/byte-range.ts';

describe('spanOf', () => {
  it.each([
    [undefined, undefined],
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=2-', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=5-99', { start: 5, end: 10 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-2', undefined],
    ['bytes=1-2,4-5', undefined],
    ['bytes=-', undefined],
    ['lines=1-2', undefined],
  ])('reads %j of ten octets as %j', (header, span) => {
    expect(spanOf(header, 10)).toEqual(span);
  });
});

describe('contentDisposition', () => {
  it('M6 is one line of ASCII for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const field = contentDisposition('attachment', name);
        expect(field).toMatch(/^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w%.~!$&+^`|#-]*$/u);
        expect(field).toMatch(/^[\x20-\x7e]+$/u);
        expect(decodeURIComponent(field.slice(field.indexOf("''") + 2))).toBe(name);
      }),
    );
  });
});
