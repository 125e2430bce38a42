import { firstMessage, type ThreadNode, threadNode } from './thread-node.ts';

/**
 * Step 5 of REFERENCES (RFC 5256, section 3): threads of one subject are brought together, since many programs answer
 * without References.
 */
export function gatherSubjects(roots: readonly ThreadNode[]): ThreadNode[] {
  const bySubject = new Map<string, ThreadNode>();
  for (const root of roots) {
    const subject = firstMessage(root)?.subject ?? '';
    if (subject === '') continue;
    const chosen = bySubject.get(subject);
    if (chosen === undefined || isBetter(root, chosen)) bySubject.set(subject, root);
  }
  const kept = new Set(roots);
  for (const root of roots) {
    const subject = firstMessage(root)?.subject ?? '';
    const chosen = bySubject.get(subject);
    if (subject === '' || chosen === undefined || chosen === root) continue;
    kept.delete(root);
    const merged = merge(chosen, root);
    if (merged === chosen) continue;
    kept.delete(chosen);
    kept.add(merged);
    bySubject.set(subject, merged);
  }
  return [...kept];
}

/** One without a message gathers best, then one that is no reply. */
function isBetter(root: ThreadNode, chosen: ThreadNode): boolean {
  if (chosen.message === undefined) return false;
  return root.message === undefined || (isReply(chosen) && !isReply(root));
}

function merge(chosen: ThreadNode, root: ThreadNode): ThreadNode {
  if (chosen.message === undefined) {
    adopt(chosen, root.message === undefined ? root.children : [root]);
    return chosen;
  }
  if (isReply(root) && !isReply(chosen)) {
    adopt(chosen, [root]);
    return chosen;
  }
  return threadNode(undefined, [chosen, root]);
}

function adopt(parent: ThreadNode, children: readonly ThreadNode[]): void {
  for (const child of children) {
    child.parent = parent;
    parent.children.push(child);
  }
}

function isReply(node: ThreadNode): boolean {
  return firstMessage(node)?.isReplyOrForward === true;
}
