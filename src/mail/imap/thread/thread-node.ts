import type { ThreadMessage } from './thread-messages.ts';

/** A message in its thread; without a message, one that was referred to and is not in the mailbox. */
export interface ThreadNode {
  message: ThreadMessage | undefined;
  parent: ThreadNode | undefined;
  children: ThreadNode[];
}

export function threadNode(message?: ThreadMessage, children: ThreadNode[] = []): ThreadNode {
  const node: ThreadNode = { message, parent: undefined, children };
  for (const child of children) child.parent = node;
  return node;
}

/** By sent date, and by place in the mailbox where that is the same; a node without a message by its first child. */
export function compareNodes(one: ThreadNode, other: ThreadNode): number {
  const [left, right] = [firstMessage(one), firstMessage(other)];
  if (left === undefined || right === undefined) return 0;
  return left.date - right.date || left.ref.sequence - right.ref.sequence;
}

/** Only one level can be without a message: what lies below is pruned. */
export function firstMessage(node: ThreadNode): ThreadMessage | undefined {
  return node.message ?? node.children[0]?.message;
}
