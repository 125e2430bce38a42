import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** The folder of package.json. */
export const root = resolve(import.meta.dirname, '..', '..');

const notOurs = new Set(['.git', 'coverage', 'data', 'dist', 'node_modules', 'results']);

/** Every file of the project as a path from its root, with what is new but not ignored; sorted. */
export function trackedFiles(): readonly string[] {
  return (fromGit() ?? fromFolder('')).filter((path) => existsSync(resolve(root, path))).toSorted();
}

export function textOf(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}

/** Source files whose imports and names are held to the rules. */
export function sourceFiles(...folders: readonly string[]): readonly string[] {
  return trackedFiles().filter(
    (path) => /\.(?:ts|tsx|mts)$/u.test(path) && folders.some((folder) => path.startsWith(`${folder}/`)),
  );
}

function fromGit(): readonly string[] | undefined {
  try {
    const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const paths = listing.split('\0').filter((path) => path !== '');
    return paths.includes('package.json') ? paths : undefined;
  } catch {
    return undefined;
  }
}

/** For a copy that is no repository. */
function fromFolder(folder: string): readonly string[] {
  return readdirSync(resolve(root, folder), { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name) && entry.name !== '.env')
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? fromFolder(path) : [path];
    });
}
