import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#domain/hub-error.ts';
import { searchVector, searchWordsMax, wordsOf } from '#domain/search/lexemes.ts';
import { parseSearch, tsqueryOf } from '#domain/search/search-query.ts';
import { markHits, snippetOf } from '#domain/search/snippet.ts';

const query = (text: string, isExact = false) => tsqueryOf(parseSearch(text), isExact);

describe('searchVector', () => {
  it('keeps each word folded, and beside it with its marks, with its place and weight', () => {
    expect(
      searchVector([
        { weight: 'A', text: 'Chỉ đạo' },
        { weight: 'D', text: 'chi tiết' },
      ]),
    ).toBe("'chi':1A,4 '=chỉ':1A 'dao':2A '=đạo':2A 'tiet':5 '=tiết':5");
  });

  it('holds nothing that could end its quotes, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(searchVector([{ weight: 'D', text }])).toMatch(/^(?:'[=\p{L}\p{N}\p{M}]+':[\d,]+ ?)*$/u);
      }),
    );
  });

  it('ends at the places that PostgreSQL keeps', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `từ${index}`).join(' ');
    const last = searchVector([{ weight: 'D', text }])
      .split(' ')
      .at(-1);
    expect(last).toBe(`'=từ${searchWordsMax - 1}':${searchWordsMax}`);
  });

  it('finds composed and decomposed letters alike', () => {
    expect(wordsOf('Đường'.normalize('NFD').normalize('NFC'))).toEqual(wordsOf('Đường'));
  });
});

describe('parseSearch', () => {
  it.each([
    ['chỉ đạo', "('chi') & ('dao')"],
    ['"chỉ đạo" điện', "('chi' <-> 'dao') & ('dien')"],
    ['hạn -mặn', "('han') & !('man')"],
    ['thủy*', "('thuy':*)"],
    ['15/QĐ-UBND', "('15' <-> 'qd' <-> 'ubnd')"],
    ["o'reilly & (drop) | !x", "('o' <-> 'reilly') & ('drop') & ('x')"],
    ['"chưa đóng', "('chua') & ('dong')"],
    ['!!! ***', ''],
  ])('reads %s', (text, expected) => expect(query(text)).toBe(expected));

  it('asks for marks only where they were typed, and only when told to', () => {
    expect(query('chỉ dao', true)).toBe("('=chỉ') & ('dao')");
  });

  it.each([
    ['exclusions alone', '-mặn', 'bad_input'],
    ['201 characters', 'a'.repeat(201), 'text_too_long'],
    ['21 words', 'a '.repeat(21), 'bad_input'],
  ])('refuses %s', (_what, text, code) => {
    expect(() => parseSearch(text)).toThrow(new HubError(code as 'bad_input', { field: 'text' }));
  });
});

describe('snippetOf', () => {
  it('shows the part with most of the words, and marks them where they stand', () => {
    const filler = 'nội dung khác '.repeat(60);
    const text = `hạn hán ở đây. ${filler}Đập Sông Lũy cạn vì hạn hán kéo dài. ${filler}`;
    const segments = snippetOf(text, parseSearch('dap can han'));
    expect(segments.filter(({ hit }) => hit).map((segment) => segment.text)).toEqual([
      'Đập',
      'cạn',
      'hạn',
      'hán',
    ]);
    expect(segments.at(0)).toEqual({ text: '…', hit: false });
    expect(segments.at(-1)).toEqual({ text: '…', hit: false });
  });

  it('never adds or loses a letter of a title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('a', 'chi*', '"a b"'), (text, words) => {
        const whole = markHits(text, parseSearch(words))
          .map((segment) => segment.text)
          .join('');
        expect(whole).toBe(text.normalize('NFC'));
      }),
    );
  });

  it('shows the beginning of a text without hits, and leaves excluded words unmarked', () => {
    expect(snippetOf('Một hai ba', parseSearch('bốn -hai'))).toEqual([{ text: 'Một hai ba', hit: false }]);
  });
});
