import { describe, expect, it } from 'vitest';
import { trackedFiles } from './tracked-files.ts';

/** Words that say nothing about what a file holds. */
const emptyWords = /^(?:utils?|helpers?|common|misc|managers?|data|infos?)$/u;
/** The field's and the product's own terms that contain one of them. */
const ownTerms = /\bdata-folder\b/gu;

const folders = ['src', 'client', 'tests', 'bench', 'chaos', 'scripts', 'docs'];
const paths = trackedFiles().filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));

function partsOf(path: string): readonly string[] {
  return path.split('/').map((part) => part.replace(/(?:\.[a-z0-9]+)+$/u, ''));
}

describe('file names', () => {
  it('are seen', () => {
    expect(paths.length).toBeGreaterThanOrEqual(30);
  });

  it('are kebab-case', () => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
    // README is the one name that everyone looks for in capitals.
    const odd = paths.filter((path) => !partsOf(path).every((part) => part === 'README' || kebab.test(part)));
    expect(odd).toEqual([]);
  });

  it('say what is inside', () => {
    const isEmpty = (part: string) =>
      part
        .replaceAll(ownTerms, '')
        .split('-')
        .some((word) => emptyWords.test(word));
    expect(paths.filter((path) => partsOf(path).some(isEmpty))).toEqual([]);
  });
});
