import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparedSymbol,
  notationOf,
  numberText,
  partsOfSymbol,
  suffixAfter,
  symbolOf,
  type NotationParts,
} from '#domain/document/notation.ts';
import { HubError } from '#domain/hub-error.ts';

function refusal(parts: NotationParts): string | undefined {
  try {
    notationOf(parts);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(HubError);
    return (error as HubError).code;
  }
}

describe('symbolOf', () => {
  it.each<[string, number, string, NotationParts]>([
    ['15/QĐ-BNV', 15, '', { typeCode: 'QĐ', organCode: 'BNV' }],
    ['05/TTr-STTTT', 5, '', { typeCode: 'TTr', organCode: 'STTTT' }],
    ['12/UBND-VX', 12, '', { typeCode: 'CV', organCode: 'UBND', unitCode: 'VX' }],
    ['07/UBND', 7, '', { typeCode: 'TCg', organCode: 'UBND' }],
    ['12/2016/QĐ-UBND', 12, '', { typeCode: 'QĐ', organCode: 'UBND', normativeYear: 2016 }],
    ['26/2015/QĐ-UBND', 26, '', { typeCode: 'QĐ', organCode: 'UBND', normativeYear: 2015 }],
    ['15a/BC-SNV', 15, 'a', { typeCode: 'BC', organCode: 'SNV' }],
    ['01/SY-UBND', 1, '', { typeCode: 'SY', organCode: 'UBND' }],
    ['1234/QyĐ-UBND', 1234, '', { typeCode: 'QyĐ', organCode: 'UBND' }],
  ])('writes %s', (symbol, number, suffix, parts) => {
    expect(symbolOf(number, suffix, notationOf(parts))).toBe(symbol);
  });

  it('drops the unit of a type with an abbreviation: only công văn names it', () => {
    expect(notationOf({ typeCode: 'QĐ', organCode: 'UBND', unitCode: 'VX' })).toBe('QĐ-UBND');
  });
});

describe('notationOf', () => {
  it.each<[string, NotationParts, string]>([
    ['a space in the organ', { typeCode: 'QĐ', organCode: 'UB ND' }, 'bad_input'],
    ['an empty organ', { typeCode: 'QĐ', organCode: '' }, 'bad_input'],
    ['a slash in the unit', { typeCode: 'CV', organCode: 'UBND', unitCode: 'V/X' }, 'bad_input'],
    ['a line break', { typeCode: 'CV', organCode: 'UBND\n' }, 'bad_input'],
    [
      'a normative type that is none',
      { typeCode: 'CV', organCode: 'UBND', normativeYear: 2016 },
      'bad_input',
    ],
    ['more than 30 characters', { typeCode: 'QĐ', organCode: 'A'.repeat(28) }, 'text_too_long'],
  ])('refuses %s', (_what, parts, code) => {
    expect(refusal(parts)).toBe(code);
  });
});

describe('numberText', () => {
  it('gives numbers below ten a leading zero, and no other', () => {
    expect([1, 9, 10, 99, 100].map((number) => numberText(number))).toEqual(['01', '09', '10', '99', '100']);
  });

  it('takes no number below one', () => {
    expect(() => numberText(0)).toThrow(RangeError);
  });
});

describe('suffixAfter', () => {
  it('goes through the letters and then on', () => {
    expect(['', 'a', 'y', 'z', 'az', 'zz'].map(suffixAfter)).toEqual(['a', 'b', 'z', 'aa', 'ba', 'aaa']);
  });

  it('never gives one twice', () => {
    const seen = new Set<string>();
    let suffix = '';
    for (let step = 0; step < 1000; step += 1) {
      suffix = suffixAfter(suffix);
      expect(seen.has(suffix)).toBe(false);
      seen.add(suffix);
    }
  });
});

describe('comparedSymbol', () => {
  it('sees the same symbol in what people type', () => {
    expect(new Set(['05/QĐ-UBND', '5/qđ-ubnd', ' 05 / QĐ - UBND '].map(comparedSymbol)).size).toBe(1);
    expect(comparedSymbol('05/QĐ-UBND')).not.toBe(comparedSymbol('50/QĐ-UBND'));
  });

  it('is the same for every way to write what we write ourselves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), (number) => {
        expect(comparedSymbol(`${number}/QĐ-X`)).toBe(comparedSymbol(symbolOf(number, '', 'QĐ-X')));
      }),
    );
  });
});

describe('partsOfSymbol', () => {
  it('takes it apart at the first slash', () => {
    expect(partsOfSymbol('12/2016/QĐ-UBND')).toEqual({ number: '12', notation: '2016/QĐ-UBND' });
    expect(partsOfSymbol('không số')).toEqual({ number: '', notation: 'không số' });
  });
});
