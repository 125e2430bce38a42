import type { HubStore } from '#app/ports/hub-store.ts';
import type { Database } from './database.ts';
import { hubTransaction } from './directive/directive-transaction.ts';
import { createDirectiveReads } from './directive/read-directives.ts';
import { createDiscussionReads } from './discussion/discussion-reads.ts';
import { createDraftReads } from './directive/drafts.ts';
import { createWorkReads } from './directive/work-reads.ts';
import { createLogReads } from './log/log-reads.ts';

export function createHubStore(database: Database): HubStore {
  return {
    transaction: (work) => database.transaction((tx) => work(hubTransaction(tx))),
    directives: createDirectiveReads(database),
    discussions: createDiscussionReads(database),
    log: createLogReads(database),
    work: createWorkReads(database),
    drafts: createDraftReads(database),
  };
}
