/**
 * Whether a path matches a pattern of LIST: `*` is anything, `%` anything without `/` (RFC 9051, section 6.3.9).
 * A set of pattern positions moves along the path once, so that the time is at most path × pattern whatever the
 * pattern is, and path alone for stars; nothing is made into a regular expression (I6).
 */
export function createWildcardMatcher(pattern: string): (path: string) => boolean {
  const steps = foldWildcards(pattern);
  const literals = steps.filter((step) => !isWild(step)).length;
  const last = steps.at(-1) ?? '';
  return (path) => {
    if (literals > path.length || (!isWild(last) && !path.endsWith(last))) return false;
    return matches(steps, path);
  };
}

/** A run of wildcards is one: `*` if it holds one, else `%`. */
function foldWildcards(pattern: string): readonly string[] {
  const steps: string[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    const before = steps.at(-1);
    if (isWild(char) && before !== undefined && isWild(before)) {
      if (char === '*') steps[steps.length - 1] = '*';
    } else {
      steps.push(char);
    }
  }
  return steps;
}

function matches(steps: readonly string[], path: string): boolean {
  const end = steps.length;
  let here = new Uint8Array(end + 1);
  let next = new Uint8Array(end + 1);
  reach(here, 0, steps);
  // Whatever goes on from before a star that has been reached goes on from that star too.
  let low = 0;
  for (let at = 0; at < path.length; at += 1) {
    const char = path.charAt(at);
    let isAlive = false;
    next.fill(0, low);
    for (let position = here.lastIndexOf(1, end - 1); position >= low; position -= 1) {
      if (here[position] !== 1) continue;
      const step = steps[position];
      if (step === '*') low = position;
      if (step === '*' || (step === '%' && char !== '/')) reach(next, position, steps);
      else if (step === char && step !== '%') reach(next, position + 1, steps);
      else continue;
      isAlive = true;
    }
    if (!isAlive) return false;
    [here, next] = [next, here];
  }
  return here[end] === 1;
}

/** A wildcard may match nothing, so its position reaches the one after it too. */
function reach(positions: Uint8Array, position: number, steps: readonly string[]): void {
  positions[position] = 1;
  const step = steps[position];
  if (step === '*' || step === '%') positions[position + 1] = 1;
}

function isWild(step: string): boolean {
  return step === '*' || step === '%';
}
