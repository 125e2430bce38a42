import { describe, expect, test } from 'vitest';
import { createDomainRoster } from '#demo/domain-roster.ts';
import { displayNameOf, familyNames, givenNames, localPartStem, middleNames } from '#demo/names.ts';
import { seededRandom } from '#demo/prng.ts';

describe('names', () => {
  test('it has 14 family, 30 middle and 60 given names, each once', () => {
    expect(new Set(familyNames).size).toBe(14);
    expect(new Set(middleNames).size).toBe(30);
    expect(new Set(givenNames).size).toBe(60);
  });

  test('it makes the local part of the given name and the initials, without marks', () => {
    const name = { family: 'Đặng', middle: 'Ngọc', given: 'Đào' };
    expect(localPartStem(name)).toBe('dao.dn');
    expect(displayNameOf(name)).toBe('Đặng Ngọc Đào');
  });
});

describe('seededRandom', () => {
  test('it repeats itself for the same seed and differs for another', () => {
    const draw = (seed: string) => Array.from({ length: 5 }, seededRandom(seed));
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  test('it stays within [0, 1)', () => {
    const values = Array.from({ length: 1_000 }, seededRandom('range'));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe('createDomainRoster', () => {
  test('it numbers the same stem within a domain', () => {
    const roster = createDomainRoster('stttt.binhthuan.example');
    const localParts = Array.from({ length: 2_000 }, () => roster.next().localPart);
    expect(new Set(localParts).size).toBe(2_000);
    for (const localPart of localParts) expect(localPart).toMatch(/^[a-z]+\.[a-z]{2}\d{2}$/);
  });
});
