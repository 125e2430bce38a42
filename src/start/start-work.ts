import type { Hub } from '#app/hub.ts';
import { indexText } from '#mail/index-text.ts';
import type { Queues } from '#queue/queues.ts';
import type { Database } from '#store/database.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { startHousekeeping } from './housekeeping.ts';

/** The worker role: jobs, and what is owed without one. */
export function startWork(parts: {
  hub: Hub;
  database: Database;
  queues: Queues;
  logFault: (error: unknown) => string;
  closers: { add(name: string, close: () => Promise<unknown>): void };
}): void {
  const index = createMessageIndex(parts.database);
  const indexMessage = (messageId: string) => indexText(index, parts.hub.clock, messageId);
  parts.queues.work({ 'index-message': ({ messageId }) => indexMessage(messageId) });
  const housekeeping = startHousekeeping({ hub: parts.hub, index, indexMessage }, parts.logFault);
  parts.closers.add('housekeeping', () => housekeeping.stop());
}
