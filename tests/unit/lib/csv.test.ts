import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf, rowsOfCsv } from '#lib/csv.ts';

describe('csvOf', () => {
  it('quotes what RFC 4180 says, and begins with a byte order mark', () => {
    expect(csvOf([['a', 'b "c", d', 'Ủy ban\r\nnhân dân']])).toBe(
      '\u{feff}a,"b ""c"", d","Ủy ban\r\nnhân dân"\r\n',
    );
  });

  it.each(['=1+1', '+84', '-1', '@SUM(A1)', ' =1', '\t=1', '＝1', '|cmd'])(
    'M10 makes no formula of %j',
    (cell) => {
      expect(csvOf([[cell]])).toMatch(/^\u{feff}"?'/u);
    },
  );

  it('M10 lets no control character through, whatever the cells', () => {
    assert(
      property(string({ unit: 'binary' }), (cell) => {
        const written = csvOf([[cell]]);
        // oxlint-disable-next-line no-control-regex -- these are what is looked for
        expect(written).not.toMatch(/[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}]/u);
        expect(written.slice(1)).not.toMatch(/^[=+\-@|]/u);
      }),
    );
  });

  it('keeps ordinary words as they are', () => {
    expect(csvOf([['Trần Văn Minh', 'minh@binhthuan.example', '250 2.1.5 Accepted']])).toBe(
      '\u{feff}Trần Văn Minh,minh@binhthuan.example,250 2.1.5 Accepted\r\n',
    );
  });
});

describe('rowsOfCsv', () => {
  it('reads quotes, line ends of both kinds and a byte order mark', () => {
    expect(rowsOfCsv('\u{feff}a,"b, ""c"""\r\nd,\n"e\nf",g')).toEqual([
      ['a', 'b, "c"'],
      ['d', ''],
      ['e\nf', 'g'],
    ]);
  });

  it('does not guess at a quote that is not closed', () => {
    expect(rowsOfCsv('a,"b\n')).toBeUndefined();
  });
});
