import { issueScheduledDraft } from '#app/directive/issue-draft.ts';
import { turnDelegations } from '#app/delegation/turn-delegations.ts';
import type { Hub } from '#app/hub.ts';
import type { MessageIndex } from '#app/ports/message-index.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import type { Database } from '#store/database.ts';
import { deleteOldReplyMarkers } from '#store/mail/absence-store.ts';
import { pruneExpunged } from '#store/mail/expunged-log.ts';
import { deleteOldTrace } from '#store/mail/mail-trace-read.ts';
import { deleteOldTaken } from '#store/mail/taken-mail.ts';
import { deleteOldSendingUse } from '#store/mail/sending-use.ts';
import { repeat } from '#lib/repeat.ts';
import type { MailParts } from './mail-parts.ts';
import type { ReplyParts } from './reply-parts.ts';

const everyMs = 60_000;
const owedAfterMs = 60_000;
const owedPerRound = 200;
/** Mail whose time has come does not wait for a whole round. */
const mailEveryMs = 5_000;
const domainsAtOnceMax = 32;
const quotaEveryRounds = 5;
const attachmentsPerRound = 200;
const dayMs = 24 * 3_600_000;
const traceKeptMs = 90 * dayMs;
const traceRowsPerRound = 10_000;
/** As long as a sender tries (RFC 5321, section 4.5.4.1). */
const takenKeptMs = 5 * dayMs;
const sendingUseKeptMs = 7 * dayMs;
/** Longer than the longest time between two answers to one sender. */
const replyMarkersKeptMs = 60 * dayMs;
/** Of one mailbox, for clients that come back; beyond that they compare what is there (RFC 7162). */
const expungedKept = { kept: 20_000, mailboxesMax: 50 };

interface HousekeepingPorts {
  readonly hub: Hub;
  readonly database: Database;
  readonly index: MessageIndex;
  readonly indexMessages: (messageIds: readonly string[]) => Promise<void>;
  readonly indexSearch: () => Promise<void>;
  readonly mail: MailParts;
  readonly sendSome: (domain: string) => Promise<void>;
  readonly replies: ReplyParts;
}

/**
 * What must happen even when nothing else does: expired sessions and keys go, messages whose job was lost with a flushed
 * queue are indexed, and mail goes out when its time has come (threats F7). Every step may run in several processes at
 * once.
 */
export function startHousekeeping(
  ports: HousekeepingPorts,
  onFault: (error: unknown) => void,
): { round(): Promise<void>; stop(): Promise<void> } {
  let stopped = false;
  let rounds = 0;

  async function tidyUp(): Promise<void> {
    const { hub, database, mail } = ports;
    const now = hub.clock.now();
    await hub.access.deleteExpired(now);
    await hub.files.attachments.removeUnlinked(
      before(now, attachmentLimits.unlinkedKeptMs),
      attachmentsPerRound,
    );
    if (rounds % quotaEveryRounds === 0) {
      const accounts = await database.rows<{ id: string }>(`select id from account where status = 'active'`);
      await mail.warnQuota(accounts.map(({ id }) => id));
      await deleteOldTrace(database, before(now, traceKeptMs), traceRowsPerRound);
      await deleteOldTaken(database, before(now, takenKeptMs), traceRowsPerRound);
      await deleteOldSendingUse(database, before(now, sendingUseKeptMs));
      await deleteOldReplyMarkers(database, before(now, replyMarkersKeptMs));
      await pruneExpunged(database, expungedKept);
    }
    rounds += 1;
  }

  /** An import or a client leaves many at once, so a full page is not the last one. */
  async function indexOwed(): Promise<void> {
    const { hub, index } = ports;
    for (;;) {
      const ids = await index.owed(before(hub.clock.now(), owedAfterMs), owedPerRound);
      await ports.indexMessages(ids);
      if (stopped || ids.length < owedPerRound) return;
    }
  }

  /** Domains that something is due for, each on its own: a slow one keeps no other waiting for a round. */
  const sending = new Map<string, Promise<void>>();
  async function sendDue(): Promise<void> {
    const { hub, mail } = ports;
    const now = hub.clock.now();
    await turnDelegations(hub);
    for (const id of await hub.store.drafts.due(now, owedPerRound)) {
      if (stopped) return;
      await issueScheduledDraft(hub, id);
    }
    for (const id of await mail.held.reads.due(now, owedPerRound)) {
      if (stopped) return;
      await mail.releaseDue(id);
    }
    for (const domain of await mail.queue.dueDomains(now, domainsAtOnceMax)) {
      if (stopped || sending.has(domain) || sending.size >= domainsAtOnceMax) continue;
      sending.set(
        domain,
        ports
          .sendSome(domain)
          .catch(onFault)
          .finally(() => sending.delete(domain)),
      );
    }
  }

  const actOnOwed = () => ports.replies.actOnOwed(before(ports.hub.clock.now(), owedAfterMs));

  const tidying = repeat(tidyUp, everyMs, onFault);
  const indexing = repeat(indexOwed, everyMs, onFault);
  const searching = repeat(ports.indexSearch, everyMs, onFault);
  const mailing = repeat(sendDue, mailEveryMs, onFault);
  const acting = repeat(actOnOwed, everyMs, onFault);
  // What an earlier process left owed does not wait (threats F2).
  void tidying.now();
  void indexing.now();
  void searching.now();
  void mailing.now();
  void acting.now();
  return {
    async round() {
      await Promise.all([tidying.now(), indexing.now(), searching.now(), mailing.now(), acting.now()]);
    },
    async stop() {
      stopped = true;
      await Promise.all([tidying.stop(), indexing.stop(), searching.stop(), mailing.stop(), acting.stop()]);
      await Promise.all(sending.values());
    },
  };
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
