import type { ThreadMessage } from './thread-messages.ts';
import type { ThreadNode } from './thread-node.ts';

/**
 * `(2)(3 6 (4 23)(44 7 96))` (RFC 5256, section 4): a child alone stands behind its parent, several stand in
 * parentheses of their own. Built with a stack of its own, for threads of any depth.
 */
export function encodeThreads(
  threads: readonly ThreadNode[],
  numberOf: (message: ThreadMessage) => number,
): string {
  const pieces: string[] = [];
  const rest: (ThreadNode | string)[] = [];
  const open = (nodes: readonly ThreadNode[]): void => {
    for (const node of nodes.toReversed()) rest.push(')', node, '(');
  };
  const space = (): void => {
    if (pieces.at(-1) !== '(') pieces.push(' ');
  };
  open(threads);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') {
      pieces.push(next);
      continue;
    }
    if (next.message !== undefined) {
      space();
      pieces.push(String(numberOf(next.message)));
    }
    const [only, ...more] = next.children;
    if (more.length > 0) {
      space();
      open(next.children);
    } else if (only !== undefined) rest.push(only);
  }
  return pieces.join('');
}
