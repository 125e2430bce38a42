import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createWildcardMatcher } from '#mail/imap/mailbox/wildcard.ts';

/** What the RFC says, in so many words and without care for time. */
function oracle(pattern: string, path: string): boolean {
  if (pattern === '') return path === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*') || pattern.startsWith('%')) {
    if (oracle(rest, path)) return true;
    return (
      path !== '' && (pattern.startsWith('*') || !path.startsWith('/')) && oracle(pattern, path.slice(1))
    );
  }
  return path.startsWith(pattern.charAt(0)) && oracle(rest, path.slice(1));
}

describe('createWildcardMatcher', () => {
  it.each([
    ['*', 'a/b/c', true],
    ['%', 'a/b', false],
    ['%', 'ab', true],
    ['box/%', 'box/a', true],
    ['box/%', 'box/a/b', false],
    ['%/%', 'a/b', true],
    ['INBOX', 'INBOX', true],
    ['', '', true],
    ['Chỉ %', 'Chỉ đạo', true],
  ])('%j and %j: %s', (pattern, path, expected) => {
    expect(createWildcardMatcher(pattern)(path)).toBe(expected);
  });

  it('agrees with the plain reading of the rule', () => {
    const letters = fc.constantFrom('a', 'b', '/', '%', '*');
    fc.assert(
      fc.property(
        fc.string({ unit: letters, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 }),
        (pattern, path) => {
          expect(createWildcardMatcher(pattern)(path)).toBe(oracle(pattern, path));
        },
      ),
      { numRuns: 3000 },
    );
  }, 30_000);

  it('I6 answers patterns of many stars over 5,000 names without going back', () => {
    const names = Array.from({ length: 5000 }, (_, at) => `Đơn vị ${at}/${'a'.repeat(100)}`);
    const matches = createWildcardMatcher('*%*%*%*%*x');
    expect(names.filter(matches)).toEqual([]);
    const many = createWildcardMatcher(`${'*a'.repeat(60)}x`);
    expect(names.filter(many)).toEqual([]);
  });
});
