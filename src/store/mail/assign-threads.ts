import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { storableText } from './sql-text.ts';

/** Message ids beyond the first and the last of these are not looked at: real threads are found by either end. */
const namesPerMessageMax = 50;
/** RFC 5322 lines end at 998 octets, so a longer id is not one. */
const nameBytesMax = 998;

/** A message that was inserted in this transaction, and the ids it has and names, with their angle brackets. */
export interface ThreadedMessage {
  readonly messageId: string;
  readonly messageIdHeader: string | undefined;
  readonly inReplyTo: string | undefined;
  readonly references: readonly string[];
}

/**
 * Gives new messages their threads, in one statement whatever their number (RFC 8474, section 5.2): a message belongs
 * to the thread of the ids that it names, else it begins one. Transactions that bring one thread at the same moment
 * agree: the later waits for the earlier. What was given stays, also when a later message would join two threads,
 * because a THREADID must not change.
 */
export function assignThreads(tx: Transaction, messages: readonly ThreadedMessage[]): void {
  const ids: string[] = [];
  const names: string[] = [];
  for (const message of messages) {
    for (const name of namesOf(message)) {
      ids.push(message.messageId);
      names.push(name);
    }
  }
  if (ids.length > 0) tx.send(assignSql, [ids, names]);
}

const assignSql = prepared('select assign_threads($1::bigint[], $2::text[])');

function namesOf({ messageIdHeader, inReplyTo, references }: ThreadedMessage): readonly string[] {
  const half = namesPerMessageMax / 2;
  const near =
    references.length > namesPerMessageMax
      ? [...references.slice(0, half), ...references.slice(-half)]
      : references;
  const named = [messageIdHeader, inReplyTo, ...near].filter((name) => name !== undefined);
  return [...new Set(named.map(storableText))].filter((name) => Buffer.byteLength(name) <= nameBytesMax);
}
