import { describe, expect, it } from 'vitest';

import { encodeAstring, encodeNumberSet, encodeString } from '#mail/imap/wire/encode.ts';

describe('encodeString', () => {
  it('quotes printable text and escapes its quotes and backslashes', () => {
    expect(encodeString('a "b" \\c')).toBe('"a \\"b\\" \\\\c"');
  });

  it('writes Vietnamese and line breaks as literals in UTF-8', () => {
    expect(encodeString('đạo')).toBe(`{6}\r\n${Buffer.from('đạo').toString('latin1')}`);
    expect(encodeString('a\r\nb')).toBe('{4}\r\na\r\nb');
  });

  it('leaves NUL out, which no string may hold', () => {
    expect(encodeString('a\0b')).toBe('{2}\r\nab');
  });
});

describe('encodeAstring', () => {
  it('writes an atom where it can', () => {
    expect(encodeAstring('INBOX')).toBe('INBOX');
    expect(encodeAstring('')).toBe('""');
    expect(encodeAstring('NIL')).toBe('"NIL"');
    expect(encodeAstring('a b')).toBe('"a b"');
  });
});

describe('encodeNumberSet', () => {
  it('folds rising runs and keeps the order', () => {
    expect(encodeNumberSet([1, 2, 3, 7, 9, 10])).toBe('1:3,7,9:10');
    expect(encodeNumberSet([5, 4, 5, 6])).toBe('5,4:6');
    expect(encodeNumberSet([])).toBe('');
  });
});
