import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableRows } from './table-rows.ts';
import { importsOf } from './imports-of.ts';
import { notApplicable, testNames, testedThreats, threatIds } from './threat-ids.ts';
import { root, sourceFiles, textOf } from './tracked-files.ts';

const page = 'docs/threats.md';
const tested = testedThreats();

function statusOf(id: string): string {
  const files = tested.get(id);
  const reason = notApplicable.get(id);
  if (files === undefined && reason !== undefined) return `does not apply: ${reason}`;
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

  it('calls tested exactly what a test names, and the rest open or not applicable', () => {
    expect(rows.map(([id = '', , , status]) => `${id}: ${status}`)).toEqual(
      rows.map(([id = '']) => `${id}: ${statusOf(id)}`),
    );
  });
});

describe('what does not apply', () => {
  it('is a threat, is said why, and is tested nowhere', () => {
    const entries = [...notApplicable];
    expect(entries.filter(([id]) => !threatIds.includes(id) || tested.has(id))).toEqual([]);
    expect(entries.filter(([, reason]) => reason.split(' ').length < 5)).toEqual([]);
  });

  it('lets no name from a mail become the name of a file', () => {
    const touchesFiles = sourceFiles('src/mail', 'src/app', 'src/domain', 'src/store/mail').filter((path) =>
      importsOf(textOf(path)).some((from) => /^(?:node:)?fs(?:\/|$)/u.test(from)),
    );
    // An import reads files that an operator named, and writes none.
    const reads = (path: string) =>
      path.startsWith('src/mail/import/') &&
      !/\b(?:writeFile|appendFile|createWriteStream|rename|mkdir|symlink|copyFile|cp)\b/u.test(textOf(path));
    expect(touchesFiles.filter((path) => !reads(path))).toEqual([]);
    // Only words of our own and an id of ours, which the route's schema has checked.
    // Names of uploaded files are cleaned and written by one function, which the tests of M6 prove.
    const namesFiles = new Set(
      ['attachment-routes', 'byte-range', 'upload-body'].map((name) => `src/server/${name}.ts`),
    );
    const named = sourceFiles('src/server', 'src/realtime')
      .filter((path) => !namesFiles.has(path))
      .flatMap((path) =>
        textOf(path)
          .split('\n')
          .filter((line) => /content-disposition|filename/iu.test(line)),
      );
    const ours = /attachment; filename="(?:[a-z-]+|\$\{request\.params\.id\})\.[a-z]+"/u;
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((line) => !ours.test(line))).toEqual([]);
  });

  it('installs nothing that decodes an image, and starts no program that could', () => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as {
      packages: Readonly<Record<string, { readonly dev?: boolean }>>;
    };
    const decoders =
      /\/(?:@[\w.-]+\/)?(?:sharp|jimp|canvas|skia-canvas|gm|imagemagick|magick-wasm|pngjs|jpeg-js|image-js|image-size|resvg-js|photon-node|vips|squoosh)$/u;
    expect(Object.entries(packages).filter(([path, { dev }]) => dev !== true && decoders.test(path))).toEqual(
      [],
    );
    const starts = sourceFiles('src')
      .filter((path) => !path.startsWith('src/store/embedded/'))
      .filter((path) => importsOf(textOf(path)).some((from) => /^(?:node:)?child_process$/u.test(from)));
    expect(starts).toEqual([]);
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
