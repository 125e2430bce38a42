export interface EnvFile {
  readonly values: Record<string, string>;
  /** Numbers of the lines that are none of: empty, comment, `NAME=value`. */
  readonly faultyLines: readonly number[];
}

const assignment = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/u;
const doubleQuoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/u;
const singleQuoted = /^'([^']*)'\s*(?:#.*)?$/u;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Reads lines of `NAME=value` and `export NAME=value`. A `#` begins a comment at the start of a line or after a space.
 * Double quotes keep spaces and `#` and know `\n`, `\t`, `\"` and `\\`; single quotes keep everything as it stands.
 * Nothing is expanded and no value spans lines. The last of equal names counts.
 */
export function parseEnvFile(text: string): EnvFile {
  const values: Record<string, string> = {};
  const faultyLines: number[] = [];
  for (const [index, rawLine] of text
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, rest] = assignment.exec(line) ?? [];
    const value = rest === undefined ? undefined : readValue(rest);
    if (name === undefined || value === undefined) faultyLines.push(index + 1);
    else values[name] = value;
  }
  return { values, faultyLines };
}

function readValue(rest: string): string | undefined {
  if (rest.startsWith('"')) {
    return doubleQuoted
      .exec(rest)?.[1]
      ?.replaceAll(/\\(.)/gu, (_, letter: string) => escapes[letter] ?? letter);
  }
  if (rest.startsWith("'")) return singleQuoted.exec(rest)?.[1];
  return rest.replace(/(?:^|\s)#.*$/u, '').trimEnd();
}
