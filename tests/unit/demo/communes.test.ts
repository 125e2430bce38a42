import { describe, expect, test } from 'vitest';
import { districts } from '#demo/communes.ts';
import { provincialOrgans } from '#demo/provincial-organs.ts';

const communes = districts.flatMap((district) => district.communes);

describe('districts', () => {
  test('it has 96 xã, 19 phường and 12 thị trấn in 10 districts', () => {
    const ofType = (type: string) => communes.filter((commune) => commune.type === type).length;
    expect(districts).toHaveLength(10);
    expect([ofType('xã'), ofType('phường'), ofType('thị trấn')]).toEqual([96, 19, 12]);
  });

  test('it has the number of communes of each district', () => {
    expect(districts.map((district) => [district.slug, district.communes.length])).toEqual([
      ['phanthiet', 18],
      ['lagi', 9],
      ['tuyphong', 12],
      ['bacbinh', 18],
      ['hamthuanbac', 17],
      ['hamthuannam', 13],
      ['tanhlinh', 14],
      ['duclinh', 13],
      ['hamtan', 10],
      ['phuquy', 3],
    ]);
  });

  test('it gives each commune one five-digit code of the province', () => {
    const codes = communes.map((commune) => Number(commune.adminCode));
    expect(new Set(codes).size).toBe(127);
    expect(codes.every((code) => code >= 22_915 && code <= 23_278)).toBe(true);
    // A sum over the published list: a mistyped digit moves it.
    expect(codes.reduce((sum, code) => sum + code, 0)).toBe(2_933_946);
  });

  test('it names slugs in plain ASCII, unique among communes, districts and organs', () => {
    const slugs = [...communes, ...districts, ...provincialOrgans].map((area) => area.slug);
    expect(new Set(slugs).size).toBe(127 + 10 + 51);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z]+(-[a-z]+)?$/);
  });

  test('it adds the district to a name that occurs twice, and only to those', () => {
    const long = communes.map((commune) => commune.slug).filter((slug) => slug.includes('-'));
    expect(long.sort()).toEqual(['binhtan-bacbinh', 'binhtan-lagi', 'tanha-duclinh', 'tanha-hamtan']);
  });
});
