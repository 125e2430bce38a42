import type { Hub } from '#app/hub.ts';
import { indexText } from '#mail/index-text.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import type { Queues } from '#queue/queues.ts';
import type { Database } from '#store/database.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { MailParts } from './mail-parts.ts';

/** The worker role: jobs, and what is owed without one. */
export function startWork(parts: {
  hub: Hub;
  database: Database;
  queues: Queues;
  mail: MailParts;
  pool: ParsePool;
  logFault: (error: unknown) => string;
  closers: { add(name: string, close: () => Promise<unknown>): void };
}): void {
  const { mail, queues } = parts;
  const index = createMessageIndex(parts.database);
  const textOf = (bytes: Uint8Array) => parts.pool.text(bytes);
  const indexMessage = (messageId: string) => indexText(index, textOf, parts.hub.clock, messageId);
  const closing = new AbortController();
  // What is left of a domain after its turn is found again by the housekeeping, so that others come in between.
  async function sendSome(domain: string): Promise<void> {
    await mail.sendDomain(domain, closing.signal);
  }
  queues.work({
    'index-message': ({ messageId }) => indexMessage(messageId),
    'answer-absence': (input) => mail.answerAbsence(input),
    'send-domain': ({ domain }) => sendSome(domain),
  });
  const housekeeping = startHousekeeping(
    { hub: parts.hub, database: parts.database, index, indexMessage, mail, sendSome },
    parts.logFault,
  );
  parts.closers.add('housekeeping', async () => {
    closing.abort();
    await housekeeping.stop();
  });
}
