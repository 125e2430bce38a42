import type { Hub } from '#app/hub.ts';
import { indexTexts } from '#mail/index-text.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import type { Queues } from '#queue/queues.ts';
import type { Database } from '#store/database.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { createSearchIndex } from '#store/search/search-index.ts';
import { startHousekeeping } from './housekeeping.ts';
import type { MailParts } from './mail-parts.ts';
import { createReplyParts } from './reply-parts.ts';

/** The worker role: jobs, and what is owed without one. */
export function startWork(parts: {
  hub: Hub;
  database: Database;
  queues: Queues;
  mail: MailParts;
  pool: ParsePool;
  logFault: (error: unknown) => string;
  /** Given when the work is to end. */
  closing: AbortController;
  closers: { add(name: string, close: () => Promise<unknown>): void };
}): void {
  const { mail, queues, closing } = parts;
  const index = createMessageIndex(parts.database);
  const indexing = {
    index,
    textOf: (bytes: Uint8Array) => parts.pool.text(bytes),
    quiet: () => mail.quiet.wait(),
    clock: parts.hub.clock,
  };
  const indexMessages = (messageIds: readonly string[]) => indexTexts(indexing, messageIds);
  // What is left of a domain after its turn is found again by the housekeeping, so that others come in between.
  async function sendSome(domain: string): Promise<void> {
    await mail.sendDomain(domain, closing.signal);
  }
  const replies = createReplyParts(parts);
  const search = createSearchIndex(parts.database, parts.logFault);
  async function indexSearch(): Promise<void> {
    while (!closing.signal.aborted && (await search.follow()));
  }
  queues.work({
    'index-messages': ({ messageIds }) => indexMessages(messageIds),
    'index-search': indexSearch,
    'answer-absence': (input) => mail.answerAbsence(input),
    'act-on-reply': (input) => replies.actOnReply(input),
    'act-on-outside-reply': (input) => replies.actOnOutsideReply(input),
    'send-domain': ({ domain }) => sendSome(domain),
  });
  const housekeeping = startHousekeeping(
    { hub: parts.hub, database: parts.database, index, indexMessages, indexSearch, mail, sendSome, replies },
    parts.logFault,
  );
  parts.closers.add('housekeeping', async () => {
    closing.abort();
    await housekeeping.stop();
  });
}
