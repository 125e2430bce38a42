import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableRows } from './table-rows.ts';
import { testNames, testedThreats, threatIds } from './threat-ids.ts';
import { root, textOf } from './tracked-files.ts';

const page = 'docs/threats.md';
const tested = testedThreats();

function statusOf(id: string): string {
  const files = tested.get(id);
  return files === undefined ? 'open' : `tested in ${files.map((path) => `\`${path}\``).join(', ')}`;
}

/** `UPDATE_DOCS=1 npx vitest run --project tidy` writes the statuses that the tests prove. */
function update(): void {
  const lines = textOf(page)
    .split('\n')
    .map((line) =>
      line.replace(
        /^(\| ([SMIHRF]\d+) \|.*\|)[^|]*\|$/u,
        (_, row: string, id: string) => `${row} ${statusOf(id)} |`,
      ),
    );
  writeFileSync(resolve(root, page), lines.join('\n'));
}

if (process.env['UPDATE_DOCS'] === '1') update();

describe('docs/threats.md', () => {
  const rows = tableRows(textOf(page)).filter(([id = '']) => /^[SMIHRF]\d+$/u.test(id));

  it('lists every threat once, in order', () => {
    expect(rows.map(([id]) => id)).toEqual(threatIds);
  });

  it('calls tested exactly what a test names, and the rest open', () => {
    expect(rows.map(([id = '', , , status]) => `${id}: ${status}`)).toEqual(
      rows.map(([id = '']) => `${id}: ${statusOf(id)}`),
    );
  });
});

describe('testNames', () => {
  it('reads names wherever Vitest takes them', () => {
    const text = [
      "describe('a', () => {",
      "  it('b', () => {});",
      "  it.each([['(', 1], [f(2), ')']])('c %s', () => {});",
      '  it.skipIf(process.getuid?.() !== 0)(`d`, () => {});',
      "  it(\n    'e',\n    () => expect(g('not a name')).toBe(1));",
      "  it('it\\'s f', () => {});",
      '});',
    ].join('\n');
    expect(testNames(text)).toEqual(['a', 'b', 'c %s', 'd', 'e', "it\\'s f"]);
  });
});
