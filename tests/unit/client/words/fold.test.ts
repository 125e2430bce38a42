import { describe, expect, it } from 'vitest';
import { addressCode, answersQuery, foldWords } from '#client/words/fold.ts';

describe('foldWords', () => {
  it('takes marks, case and double spaces away, also from decomposed text', () => {
    expect(foldWords('  Chỉ   ĐẠO ')).toBe('chi dao');
    expect(foldWords('Chỉ đạo'.normalize('NFD'))).toBe('chi dao');
  });
});

describe('answersQuery', () => {
  const unit = 'Sở Nông nghiệp và Phát triển nông thôn';

  it.each(['', 'nong nghiep', 'Nông', 'phat nong', 'SO NO', 'snnptnt', 'snnvptnt', 'nghiệp và'])(
    'finds the unit by %j',
    (query) => {
      expect(answersQuery(unit, query)).toBe(true);
    },
  );

  it.each(['cong thuong', 'sở y', 'snnx'])('does not find it by %j', (query) => {
    expect(answersQuery(unit, query)).toBe(false);
  });
});

describe('addressCode', () => {
  it('is ASCII', () => {
    expect(addressCode('YKCĐ-2016-000123')).toBe('YKCD-2016-000123');
  });
});
