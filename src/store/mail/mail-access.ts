import type { MailAccess } from '#app/ports/mail.ts';
import type { Clock } from '#domain/clock.ts';
import type { Database } from '#store/database.ts';
import { appendMessage, appendMessages, type AppendOptions } from './append-message.ts';
import { type AnnotationOptions, createMailAnnotations } from './annotations.ts';
import { askerOf, type MailSession } from './mail-change.ts';
import { createMailSharing } from './mail-sharing.ts';
import { createMailbox, listMailboxes, openMailbox, removeMailbox, renameMailbox } from './mailbox-tree.ts';
import { expungedSince } from './expunged-log.ts';
import { findByFact, readFacts, readRanges } from './message-facts.ts';
import { recordArrived } from './official-receipts.ts';
import { createMailQuota } from './quota-roots.ts';
import { readBeginnings, readHeadings } from './read-headings.ts';
import { changesSince, readBytes, readStanding, readStructures } from './read-mailbox.ts';
import { expungeDeleted } from './remove-entries.ts';
import { searchMailbox } from './search-text.ts';
import { storeFlags } from './store-flags.ts';
import { lostSubscriptions, subscribeMailbox } from './subscriptions.ts';
import { transferInSession } from './transfer-messages.ts';

export interface MailAccessOptions extends AppendOptions, AnnotationOptions {
  /** Wakes the relay after a commit that wrote log rows. */
  readonly afterCommit: () => void;
  /** Indexes messages that a search would look in and that the index job has not reached, until `keepGoing` throws. */
  readonly index: (messageIds: readonly string[], keepGoing: () => void) => Promise<void>;
}

/** The mail that one account may reach, for one session. Nothing is cached: each call asks for the right it needs. */
export function createMailAccess(
  database: Database,
  clock: Clock,
  account: { readonly accountId: string; readonly address: string },
  options: MailAccessOptions,
): MailAccess {
  const { accountId, address } = account;
  const session: MailSession = { database, clock, accountId, afterCommit: options.afterCommit };
  return {
    accountId,
    address,
    sharing: createMailSharing(session),
    annotations: createMailAnnotations(session, options),
    quota: createMailQuota(session),
    list: () => listMailboxes(database, askerOf(session)),
    open: async (path) => openMailbox(database, askerOf(session), path),
    create: async (path, specialUse) => createMailbox(session, path, specialUse),
    remove: async (path) => removeMailbox(session, path),
    rename: async (from, to) => renameMailbox(session, from, to),
    subscribe: async (path, subscribed) => subscribeMailbox(session, path, subscribed),
    lostSubscriptions: async () => lostSubscriptions(database, askerOf(session)),
    standing: async (mailboxId) => readStanding(database, askerOf(session), mailboxId),
    changesSince: async (mailboxId, modseq) => changesSince(database, askerOf(session), mailboxId, modseq),
    expungedSince: async (mailboxId, modseq) => expungedSince(database, askerOf(session), mailboxId, modseq),
    facts: async (mailboxId, uids) => readFacts(database, askerOf(session), mailboxId, uids),
    findByFact: async (mailboxId, fact) => findByFact(database, askerOf(session), mailboxId, fact),
    ranges: async (mailboxId, ranges) => readRanges(database, askerOf(session), mailboxId, ranges),
    structures: async (mailboxId, uids) => readStructures(database, askerOf(session), mailboxId, uids),
    headings: async (mailboxId, uids) => readHeadings(database, askerOf(session), mailboxId, uids),
    beginnings: async (mailboxId, uids, bytesMax) =>
      readBeginnings(database, askerOf(session), { mailboxId, uids, bytesMax }),
    bytes: async (mailboxId, uid, start, end) =>
      readBytes(database, askerOf(session), { mailboxId, uid, start, end }),
    storeFlags: async (input) => storeFlags(session, input),
    arrived: async (mailboxId, uids) => recordArrived(session, mailboxId, uids),
    append: async (input) => appendMessage(session, options, input),
    appendAll: async (input) => appendMessages(session, options, input),
    copy: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: false }),
    move: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: true }),
    expunge: async (mailboxId, uids) => expungeDeleted(session, mailboxId, uids),
    search: async (mailboxId, where, needle, keepGoing = () => {}) =>
      searchMailbox(database, { asker: askerOf(session), mailboxId, where, needle }, (messageIds) =>
        options.index(messageIds, keepGoing),
      ),
  };
}
