import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWords, fieldText, headerFields, unfold } from '#mail/message/header-fields.ts';

describe('headerFields', () => {
  it('gives each field with its folded lines, and their ranges join to the header', () => {
    const text = 'Subject: Chỉ\r\n đạo\r\nX-A:b\r\nTO : c\r\n\r\nbody: no\r\n';
    const bytes = Buffer.from(text);
    const fields = [...headerFields(bytes, { start: 0, end: bytes.length })];
    expect(fields.map((field) => [field.name, fieldText(bytes, field)])).toEqual([
      ['subject', 'Chỉ đạo'],
      ['x-a', 'b'],
      ['to', 'c'],
    ]);
    const raw = fields.map((field) => bytes.subarray(field.start, field.end).toString());
    expect(raw.join('')).toBe(text.slice(0, text.indexOf('\r\n\r\n') + 2));
  });

  it('passes over lines that are no field, with what is folded to them', () => {
    const bytes = Buffer.from('From x Mon\nkhông có\n dấu hai chấm\nA: 1\n');
    const fields = [...headerFields(bytes, { start: 0, end: bytes.length })];
    expect(fields.map((field) => field.name)).toEqual(['a']);
  });

  it('gives ranges in order inside the header, whatever the octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\r', '\n', ' ', ':', 'a', '\0', 'ệ') }), (text) => {
        const bytes = Buffer.from(text);
        let from = 0;
        for (const field of headerFields(bytes, { start: 0, end: bytes.length })) {
          expect(field.start).toBeGreaterThanOrEqual(from);
          expect(field.valueStart).toBeLessThanOrEqual(field.end);
          from = field.end;
        }
        expect(from).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('unfold', () => {
  it('removes line breaks before white space and at the end, nothing else', () => {
    expect(unfold('a\r\n b\n\tc\r d\r\n')).toBe('a b\tc d');
    expect(unfold('a\rb')).toBe('a\rb');
  });
});

describe('decodeWords', () => {
  const table: readonly [text: string, decoded: string][] = [
    ['=?utf-8?B?Q2jhu4kgxJHhuqFv?=', 'Chỉ đạo'],
    ['=?UTF-8?q?Ch=E1=BB=89_=C4=91=E1=BA=A1o?=', 'Chỉ đạo'],
    ['Re: =?iso-8859-1?Q?c=E0?= (x)', 'Re: cà (x)'],
    ['=?windows-1258?Q?=F0=F5i?=', 'đơi'],
    ['=?utf-8?Q?a?=  =?utf-8?Q?b?= c', 'ab c'],
    ['=?utf-8?Q?a?= và =?utf-8?Q?b?=', 'a và b'],
    ['=?utf-8?B?4bu?= =?utf-8?B?iQ==?=', 'ỉ'],
    ['=?utf-8*vi?Q?a?=', 'a'],
    ['=?la-ma?Q?a?= x', '=?la-ma?Q?a?= x'],
    ['=?utf-8?X?a?=', '=?utf-8?X?a?='],
    ['=?utf-8?Q?a', '=?utf-8?Q?a'],
    ['=?utf-8?Q?a=0D=0ABcc:_b=00?=', 'a Bcc: b '],
    ['=?utf-8?Q?có dấu cách?=', 'có dấu cách'],
  ];
  for (const [text, decoded] of table) {
    it(`reads ${text}`, () => {
      expect(decodeWords(text)).toBe(decoded);
    });
  }

  it('never throws and never gives a line break', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=?utf-8QB_0Da \r\n'.split('')) }), (text) => {
        expect(decodeWords(text)).not.toMatch(/[\r\n\0]/);
      }),
    );
  });
});
