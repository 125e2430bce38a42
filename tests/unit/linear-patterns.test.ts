import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const characters = 100_000;
/** A linear pattern needs a few milliseconds; one that is quadratic in such a text needs several seconds. */
const withinMs = 1000;

/** Regular expressions as the sources write them, and the patterns of schemas. */
function patternsOf(text: string): { source: string; flags: string }[] {
  const literals = [
    ...text.matchAll(
      /(?<=[=(,:!&|?\s])\/(?![*/\s])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)(?=[\s.,;)])/gu,
    ),
  ];
  const schemas = [...text.matchAll(/\bpattern: '((?:\\.|[^'\\\n])+)'/gu)];
  return [
    ...literals.map(([, source = '', flags = '']) => ({ source, flags: flags.replaceAll(/[gy]/gu, '') })),
    ...schemas.map(([, source = '']) => ({ source: source.replaceAll('\\\\', '\\'), flags: 'u' })),
  ].filter(({ source, flags }) => isPattern(source, flags));
}

function isPattern(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags).source !== '';
  } catch {
    return false;
  }
}

const found = new Map<string, { source: string; flags: string; file: string }>();
for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.ts')) continue;
  for (const pattern of patternsOf(readFileSync(`${src}${name}`, 'utf8')))
    found.set(`/${pattern.source}/${pattern.flags}`, { ...pattern, file: name });
}

/** Texts on which a pattern that goes back over what it has read takes longest: almost a match, again and again. */
const units = [
  'a',
  ' ',
  '\t',
  '\n',
  '\r\n ',
  '0',
  '-',
  '.',
  'a.',
  '(',
  '[',
  '<',
  '"',
  '\\',
  '\\"',
  '=?',
  '=?a?b?',
  'a=',
  ';a="',
  '@',
  'a@',
  '<a',
  ',',
  '/',
  ':',
  '%',
  'M',
  'MẬT ',
  'Ộ',
  '\u0300',
  '{',
  'x-',
  '&A',
  '+',
];
const texts = units.flatMap((unit) => [
  unit.repeat(characters / unit.length),
  `${unit.repeat(characters / unit.length)}\u0001`,
  `a${unit.repeat(characters / unit.length)}!`,
]);

/** How long the slowest text takes; cut off at the limit. */
function slowestMs({ source, flags }: { source: string; flags: string }): number {
  let slowest = 0;
  for (const text of texts) {
    const begun = performance.now();
    try {
      runInNewContext('new RegExp(source, flags).test(text)', { source, flags, text }, { timeout: withinMs });
    } catch {
      return Number.POSITIVE_INFINITY;
    }
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return slowest;
}

describe('every pattern of the sources', () => {
  it('H14 is seen', () => {
    expect(found.size).toBeGreaterThan(40);
    expect([...found.keys()]).toContain('/^Bearer ([A-Za-z0-9_-]{20,200})$/');
  });

  it('H14 is done with 100,000 hostile characters within a second', { timeout: 120_000 }, () => {
    const slow = [...found]
      .filter(([, pattern]) => slowestMs(pattern) > withinMs)
      .map(([text, { file }]) => `${file}: ${text}`);
    expect(slow).toEqual([]);
  });
});
