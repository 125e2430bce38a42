import { describe, expect, it } from 'vitest';

import { decodeExtendedValue } from '#mail/message/extended-value.ts';

describe('decodeExtendedValue', () => {
  it.each([
    ["utf-8''B%C3%A1o%20c%C3%A1o.pdf", 'Báo cáo.pdf'],
    ["iso-8859-1'vi'caf%E9.pdf", 'café.pdf'],
    ["utf-8''100%", '100%'],
    ["no-such-charset''x", undefined],
    ['Bao cao.pdf', undefined],
  ])('reads %s (RFC 2231, section 4)', (value, text) => {
    expect(decodeExtendedValue(value)).toBe(text);
  });
});
