import { describe, expect, it } from 'vitest';
import { circulationMarks } from '#domain/document/document.ts';
import {
  checkCirculation,
  countOf,
  dayOf,
  documentLimits,
  lineOf,
  optionalLineOf,
  refuseSecrecy,
  textOf,
} from '#domain/document/document-limits.ts';
import { incomingRegister, legalRegimeOf, outgoingRegister } from '#domain/document/register.ts';

describe('the lengths of Appendix VI', () => {
  it('are those of the decree', () => {
    expect(documentLimits).toMatchObject({
      typeNameCharactersMax: 100,
      organNameCharactersMax: 200,
      subjectCharactersMax: 500,
      languageCharactersMax: 30,
      descriptionCharactersMax: 500,
      toPlacesCharactersMax: 1000,
      pageAmountMax: 999,
    });
  });

  it('hold to the character', () => {
    expect(lineOf('subject', 'ế'.repeat(500), 500)).toHaveLength(500);
    expect(() => lineOf('subject', 'ế'.repeat(501), 500)).toThrow('text_too_long');
  });

  it('count characters as composed, however they came', () => {
    expect(lineOf('subject', 'ế'.normalize('NFD').repeat(500), 500)).toBe('ế'.repeat(500));
  });

  it.each(['a\nb', 'a\rb', 'a\u0000b', 'a\u2028b', 'a\u0085b'])('refuse %j in a line', (text) => {
    expect(() => lineOf('subject', text, 500)).toThrow('line_break_in_field');
  });

  it('want something in a required field, and nothing in an optional one', () => {
    expect(() => lineOf('subject', '  ', 500)).toThrow('bad_input');
    expect(optionalLineOf('description', ' ', 500)).toBeUndefined();
    expect(() => textOf('note', ' ', 10)).toThrow('bad_input');
    expect(textOf('body', '', 10, false)).toBe('');
    expect(textOf('body', 'a\nb', 10)).toBe('a\nb');
    expect(() => textOf('body', 'a\u0000', 10)).toThrow('line_break_in_field');
  });

  it.each([0, 1000, 1.5, Number.NaN])('refuse %d pages', (pages) => {
    expect(() => countOf('pageAmount', pages, documentLimits.pageAmountMax)).toThrow('bad_input');
  });

  it.each(['2016-02-30', '2015-02-29', '2016-13-01', '16-01-01', '2016-1-1', 'nay'])(
    'refuse the day %s',
    (day) => {
      expect(() => dayOf('issuedOn', day)).toThrow('bad_input');
    },
  );

  it('take a leap day', () => {
    expect(dayOf('issuedOn', '2016-02-29')).toBe('2016-02-29');
  });
});

describe('refuseSecrecy', () => {
  it.each(['mat', 'toi_mat', 'tuyet_mat', 'MẬT', ''])('refuses %j', (secrecy) => {
    expect(() => refuseSecrecy(secrecy)).toThrow('secret_content');
  });

  it('takes none', () => {
    expect(() => refuseSecrecy('none')).not.toThrow();
    expect(() => refuseSecrecy(undefined)).not.toThrow();
  });
});

describe('checkCirculation', () => {
  it('keeps in the organ what is for the organ only', () => {
    expect(() => checkCirculation('internal_only', true)).toThrow('bad_input');
    expect(() => checkCirculation('internal_only', false)).not.toThrow();
    expect(() => checkCirculation('return_after_reading', true)).not.toThrow();
  });
});

describe('circulationMarks', () => {
  it('are the two of Appendix I', () => {
    expect(circulationMarks).toEqual({
      none: '',
      return_after_reading: 'XEM XONG TRẢ LẠI',
      internal_only: 'LƯU HÀNH NỘI BỘ',
    });
  });
});

describe('incomingRegister', () => {
  it('is one, for paper and electronic documents together', () => {
    expect(incomingRegister).toEqual({ kind: 'incoming', series: '' });
  });
});

describe('outgoingRegister', () => {
  const plain = { isNormative: false, numbering: 'one' } as const;
  it.each([
    [
      { kind: 'outgoing', series: '' },
      { ...plain, typeCode: 'CV' },
    ],
    [
      { kind: 'per_type', series: 'CV' },
      { ...plain, typeCode: 'CV', numbering: 'per_type' },
    ],
    [
      { kind: 'normative', series: 'QĐ' },
      { ...plain, typeCode: 'QĐ', isNormative: true },
    ],
    [
      { kind: 'advisory', series: 'BCĐ' },
      { ...plain, typeCode: 'TB', advisoryCode: 'BCĐ' },
    ],
    [
      { kind: 'copy', series: '' },
      { ...plain, typeCode: 'SL', numbering: 'per_type' },
    ],
  ] as const)('is %j', (register, input) => {
    expect(outgoingRegister(input)).toEqual(register);
  });

  it('follows the decree of its year', () => {
    expect([2016, 2020].map(legalRegimeOf)).toEqual(['110/2004/NĐ-CP', '30/2020/NĐ-CP']);
  });
});
