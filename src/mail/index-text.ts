import type { MessageIndex } from '#app/ports/message-index.ts';
import type { Clock } from '#domain/clock.ts';
import type { MessageText } from './message/message-text.ts';

/**
 * Decodes a stored message's text for SEARCH, off the delivery path. One whose text cannot be had (`textOf` gives
 * undefined) is marked all the same and stays found by what was read of it at delivery, so that no message is tried
 * for ever (threats M5, F16).
 */
export async function indexText(
  index: MessageIndex,
  textOf: (bytes: Uint8Array) => Promise<MessageText | undefined>,
  clock: Clock,
  messageId: string,
): Promise<void> {
  const bytes = await index.unindexed(messageId);
  if (bytes === undefined) return;
  await index.markIndexed(messageId, await textOf(bytes), clock.now());
}
