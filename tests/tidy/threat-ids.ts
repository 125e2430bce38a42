import { sourceFiles, textOf } from './tracked-files.ts';

/** How many threats each class has: S SMTP, M MIME, I IMAP, H HTTP and sockets, R rendering and trust, F faults. */
const threatClasses: Readonly<Record<string, number>> = { S: 22, M: 10, I: 12, H: 18, R: 11, F: 22 };

export const threatIds: readonly string[] = Object.entries(threatClasses).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);

/**
 * Threats that nothing in the hub can meet, with why. Such a threat has no test of its own; `threats.test.ts` looks
 * instead whether the reason is still true.
 */
export const notApplicable: ReadonlyMap<string, string> = new Map([
  ['M9', 'no image is decoded or converted on the server'],
]);

/** The names that a test file gives to its `describe`, `it` and `test`. */
export function testNames(text: string): readonly string[] {
  const names: string[] = [];
  for (const match of text.matchAll(/(?<![.\w])(?:describe|it|test)(?:\.\w+)*(?=\(|`|<)/gu)) {
    let rest = text.slice(match.index + match[0].length);
    // `it.each(table)('name')` and `it.skipIf(condition)('name')`: the name is in the second brackets.
    if (/^\((?!\s*['"`])/u.test(rest)) rest = afterBrackets(rest);
    const name = /^\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/u.exec(rest);
    if (name !== null) names.push(name[1] ?? name[2] ?? name[3] ?? '');
  }
  return names;
}

/** What follows the brackets that the text begins with; brackets in strings are not understood, and need not be. */
function afterBrackets(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth === 0) return text.slice(index + 1);
  }
  return '';
}

/** Threat id → the test files that name it, sorted. */
export function testedThreats(): ReadonlyMap<string, readonly string[]> {
  const tested = new Map<string, string[]>();
  const known = new Set(threatIds);
  for (const path of sourceFiles('tests', 'chaos', 'client').filter((file) => /\.test\.tsx?$/u.test(file))) {
    const ids = testNames(textOf(path)).flatMap(
      (name) => name.match(/(?<![\w-])[SMIHRF]\d{1,2}(?![\w-])/gu) ?? [],
    );
    for (const id of new Set(ids.filter((candidate) => known.has(candidate)))) {
      tested.set(id, [...(tested.get(id) ?? []), path]);
    }
  }
  return tested;
}
