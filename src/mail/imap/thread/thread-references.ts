import type { KeepGoing } from '#mail/imap/search/deadline.ts';

import { gatherSubjects } from './gather-subjects.ts';
import type { ThreadMessage } from './thread-messages.ts';
import { compareNodes, type ThreadNode, threadNode } from './thread-node.ts';

const STEPS_PER_LOOK = 100_000;

/**
 * REFERENCES (RFC 5256, section 3). Nothing here calls itself: a chain of a hundred thousand replies must not be as
 * many calls. The walk that looks for loops is the only part that is not linear, and asks the clock (I6).
 */
export function threadByReferences(
  messages: readonly ThreadMessage[],
  keepGoing: KeepGoing,
): readonly ThreadNode[] {
  const nodes = linkMessages(messages, keepGoing);
  for (const node of nodes) if (node.parent !== undefined) node.parent.children.push(node);
  keepGoing();
  const roots = pruned(nodes.filter((node) => node.parent === undefined));
  sortChildren(roots);
  const threads = gatherSubjects(roots.sort(compareNodes));
  keepGoing();
  sortChildren(threads);
  return threads.sort(compareNodes);
}

/** Step 1. Children are not listed yet; `isParent` says which nodes have any. */
function linkMessages(messages: readonly ThreadMessage[], keepGoing: KeepGoing): readonly ThreadNode[] {
  const byId = new Map<string, ThreadNode>();
  const nodes: ThreadNode[] = [];
  const isParent = new Set<ThreadNode>();
  let steps = 0;

  function nodeOf(id: string): ThreadNode {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const made = threadNode();
    byId.set(id, made);
    nodes.push(made);
    return made;
  }

  /** Whether the child is the parent itself or above it. */
  function wouldLoop(child: ThreadNode, parent: ThreadNode): boolean {
    if (child === parent) return true;
    if (!isParent.has(child)) return false;
    for (let above = parent.parent; above !== undefined; above = above.parent) {
      if (above === child) return true;
      steps += 1;
      if (steps % STEPS_PER_LOOK === 0) keepGoing();
    }
    return false;
  }

  function link(child: ThreadNode, parent: ThreadNode): void {
    if (wouldLoop(child, parent)) return;
    child.parent = parent;
    isParent.add(parent);
  }

  for (const message of messages) {
    let own = message.id === undefined ? undefined : nodeOf(message.id);
    if (own === undefined || own.message !== undefined) {
      // Without an id, or with that of another message, it stands for itself.
      own = threadNode();
      nodes.push(own);
    }
    own.message = message;
    let before: ThreadNode | undefined;
    for (const id of message.references) {
      const node = nodeOf(id);
      if (before !== undefined && node.parent === undefined) link(node, before);
      before = node;
    }
    // The message itself knows its parent better than those who only refer to it.
    if (before === undefined) own.parent = undefined;
    else link(own, before);
  }
  return nodes;
}

/**
 * Step 3: nodes without a message go, and their children take their place; but at the top they stay above two
 * children or more. From the leaves up, so that one pass is enough.
 */
function pruned(roots: readonly ThreadNode[]): ThreadNode[] {
  for (const node of fromTheTop(roots).toReversed()) {
    node.children = node.children.flatMap((child) =>
      child.message === undefined ? child.children : [child],
    );
    for (const child of node.children) child.parent = node;
  }
  return roots.flatMap((root) => {
    if (root.message !== undefined || root.children.length > 1) return [root];
    for (const child of root.children) child.parent = undefined;
    return root.children;
  });
}

function sortChildren(roots: readonly ThreadNode[]): void {
  for (const node of fromTheTop(roots)) node.children.sort(compareNodes);
}

/** Every node, parents before their children. */
function fromTheTop(roots: readonly ThreadNode[]): readonly ThreadNode[] {
  const ordered: ThreadNode[] = [...roots];
  for (let at = 0; at < ordered.length; at += 1)
    for (const child of ordered[at]?.children ?? []) ordered.push(child);
  return ordered;
}
