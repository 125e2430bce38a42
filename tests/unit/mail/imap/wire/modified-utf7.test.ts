import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeModifiedUtf7, encodeModifiedUtf7 } from '#mail/imap/wire/modified-utf7.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('&', '-', '/', ',', 'a', 'ỉ', 'đ', 'Ạ', '日', '😀', '\u0000') }),
);

describe('encodeModifiedUtf7', () => {
  it.each([
    ['INBOX', 'INBOX'],
    ['R&D', 'R&-D'],
    ['Chỉ đạo', 'Ch&Hsk- &AREeoQ-o'],
    ['Văn bản đến', 'V&AQM-n b&HqM-n &AREevw-n'],
    ['日本語', '&ZeVnLIqe-'],
  ])('writes %s', (name, encoded) => expect(encodeModifiedUtf7(name)).toBe(encoded));

  it('is undone by decodeModifiedUtf7', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(decodeModifiedUtf7(encodeModifiedUtf7(name))).toBe(name);
      }),
    );
  });
});

describe('decodeModifiedUtf7', () => {
  it.each([
    ['R&D', 'a lone ampersand'],
    ['&AGE-', 'a printable letter encoded'],
    ['&AREB-', 'bits left over'],
    ['&ARE-&Hr8-', 'two runs beside each other'],
    ['&2AA-', 'half of a surrogate pair'],
    ['&AR=E-', 'a character that is not base64'],
    ['Ch\u00e9', '8-bit'],
    ['a\tb', 'a control character'],
  ])('I7 refuses %j: %s', (encoded) => expect(decodeModifiedUtf7(encoded)).toBeUndefined());

  it('I7 knows one spelling of each name only', () => {
    const letters = fc.string({ unit: fc.constantFrom('&', '-', 'A', 'R', 'E', 'e', ',', '8', 'v', 'a') });
    fc.assert(
      fc.property(letters, (encoded) => {
        const name = decodeModifiedUtf7(encoded);
        if (name !== undefined) expect(encodeModifiedUtf7(name)).toBe(encoded);
      }),
      { numRuns: 2000 },
    );
  }, 30_000);
});
