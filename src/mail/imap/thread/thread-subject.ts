import type { ThreadMessage } from './thread-messages.ts';
import { compareNodes, type ThreadNode, threadNode } from './thread-node.ts';

/**
 * ORDEREDSUBJECT (RFC 5256, section 3): messages of one base subject are one thread, whose first by sent date is the
 * parent of all the others.
 */
export function threadBySubject(messages: readonly ThreadMessage[]): readonly ThreadNode[] {
  const bySubject = new Map<string, ThreadMessage[]>();
  for (const message of messages) {
    const same = bySubject.get(message.subject);
    if (same === undefined) bySubject.set(message.subject, [message]);
    else same.push(message);
  }
  return [...bySubject.values()].map(threadOf).sort(compareNodes);
}

function threadOf(messages: readonly ThreadMessage[]): ThreadNode {
  const [first, ...rest] = messages.map((message) => threadNode(message)).sort(compareNodes);
  return threadNode(first?.message, rest);
}
