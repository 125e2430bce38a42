const statement = /(?:^|\n)[ \t]*(?:import|export)\s+(?:[^'";]*?\sfrom\s+)?['"](?<from>[^'"\n]+)['"]/gu;
const call = /\b(?:import|require|mock|importActual)\(\s*['"](?<from>[^'"\n]+)['"]/gu;

/** What a source text imports, re-exports or loads, as written. */
export function importsOf(text: string): readonly string[] {
  return [statement, call].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => match.groups?.['from'] ?? []),
  );
}

/** `@scope/name/deep` → `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
