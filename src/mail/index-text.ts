import type { MessageIndex, UnindexedMessage } from '#app/ports/message-index.ts';
import { HubError } from '#domain/hub-error.ts';
import type { Clock } from '#domain/clock.ts';
import type { MessageText } from './message/message-text.ts';

export interface IndexTextPorts {
  readonly index: MessageIndex;
  /** Undefined when the text cannot be had. Rejects when the message had no turn. */
  readonly textOf: (bytes: Uint8Array) => Promise<MessageText | undefined>;
  /** Resolves when there is nothing more urgent to do. */
  readonly quiet: () => Promise<void>;
  readonly clock: Clock;
}

/** Octets of messages in memory at once; one that is larger is alone there. */
const bytesTogetherMax = 4 * 1024 ** 2;

/**
 * Decodes the text of stored messages for SEARCH, off the delivery path and behind it: delivery comes first, and many
 * messages cost little more than one. A message whose text cannot be had is marked all the same and is found by its
 * subject and sender, so that none is tried for ever (threats M5, F16). Rejects when one had no turn; the others are
 * marked.
 */
export async function indexTexts(ports: IndexTextPorts, messageIds: readonly string[]): Promise<void> {
  const { index, clock } = ports;
  let left = messageIds;
  const faults: unknown[] = [];
  while (left.length > 0) {
    await ports.quiet();
    const messages = await index.unindexed(left, bytesTogetherMax);
    const last = messages.at(-1);
    if (last === undefined) break;
    const read = await Promise.allSettled(messages.map((message) => textOf(ports, message)));
    faults.push(...read.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
    await index.markIndexed(
      read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      clock.now(),
    );
    left = left.filter((id) => BigInt(id) > BigInt(last.messageId));
  }
  if (faults.length > 0) throw faults[0];
}

/**
 * The same for a search, which does not wait for quiet: messages that it would look in are indexed before, until
 * `keepGoing` throws; what was indexed by then stays so. Throws `unavailable` when a message had no turn.
 */
export async function indexForSearch(
  ports: Omit<IndexTextPorts, 'quiet'>,
  messageIds: readonly string[],
  keepGoing: () => void,
): Promise<void> {
  let hasNoTurn = false;
  const textOf = async (bytes: Uint8Array): Promise<MessageText | undefined> => {
    try {
      return await ports.textOf(bytes);
    } catch (error) {
      hasNoTurn = true;
      throw error;
    }
  };
  try {
    await indexTexts({ ...ports, textOf, quiet: async () => keepGoing() }, messageIds);
  } catch (error) {
    throw hasNoTurn ? new HubError('unavailable') : error;
  }
}

async function textOf(
  ports: IndexTextPorts,
  { messageId, bytes, subject, fromAddress }: UnindexedMessage,
): Promise<MessageText & { readonly messageId: string }> {
  const text = await ports.textOf(bytes);
  return { messageId, ...(text ?? { header: `${subject}\n${fromAddress}`, body: '' }) };
}
