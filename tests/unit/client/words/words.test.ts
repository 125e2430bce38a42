import { describe, expect, it } from 'vitest';
import { en } from '#client/words/en.ts';
import { vi } from '#client/words/vi.ts';

const blanks = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((found) => found[1] ?? '')
    .toSorted((left, right) => left.localeCompare(right));

describe('the texts', () => {
  it('name the same values in both languages', () => {
    for (const [key, text] of Object.entries(vi)) {
      const other = (en as Record<string, string>)[key];
      expect(other, key).toBeDefined();
      expect(blanks(other ?? ''), key).toEqual(blanks(text));
    }
  });

  it('are composed letters without exclamation marks', () => {
    for (const text of [...Object.values(vi), ...Object.values(en)]) {
      expect(text).toBe(text.normalize('NFC'));
      expect(text).not.toContain('!');
    }
  });
});
