import type { MailAccess } from '#app/ports/mail.ts';
import type { Clock } from '#domain/clock.ts';
import type { Database } from '#store/database.ts';
import { appendMessage, type AppendOptions } from './append-message.ts';
import { type AnnotationOptions, createMailAnnotations } from './annotations.ts';
import { askerOf, type MailSession } from './mail-change.ts';
import { createMailSharing } from './mail-sharing.ts';
import {
  createMailbox,
  listMailboxes,
  openMailbox,
  removeMailbox,
  renameMailbox,
  subscribeMailbox,
} from './mailbox-tree.ts';
import { expungedSince } from './expunged-log.ts';
import { findByFact, readFacts, readRanges } from './message-facts.ts';
import { recordArrived } from './official-receipts.ts';
import { createMailQuota } from './quota-roots.ts';
import { changesSince, readBytes, readStructures } from './read-mailbox.ts';
import { expungeDeleted } from './remove-entries.ts';
import { searchMailbox } from './search-text.ts';
import { storeFlags } from './store-flags.ts';
import { transferInSession } from './transfer-messages.ts';

export interface MailAccessOptions extends AppendOptions, AnnotationOptions {
  /** Wakes the relay after a commit that wrote log rows. */
  readonly afterCommit: () => void;
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
    changesSince: async (mailboxId, modseq) => changesSince(database, askerOf(session), mailboxId, modseq),
    expungedSince: async (mailboxId, modseq) => expungedSince(database, askerOf(session), mailboxId, modseq),
    facts: async (mailboxId, uids) => readFacts(database, askerOf(session), mailboxId, uids),
    findByFact: async (mailboxId, fact) => findByFact(database, askerOf(session), mailboxId, fact),
    ranges: async (mailboxId, ranges) => readRanges(database, askerOf(session), mailboxId, ranges),
    structures: async (mailboxId, uids) => readStructures(database, askerOf(session), mailboxId, uids),
    bytes: async (mailboxId, uid, start, end) =>
      readBytes(database, askerOf(session), { mailboxId, uid, start, end }),
    storeFlags: async (input) => storeFlags(session, input),
    arrived: async (mailboxId, uids) => recordArrived(session, mailboxId, uids),
    append: async (input) => appendMessage(session, options, input),
    copy: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: false }),
    move: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: true }),
    expunge: async (mailboxId, uids) => expungeDeleted(session, mailboxId, uids),
    search: async (mailboxId, where, needle) =>
      searchMailbox(database, { asker: askerOf(session), mailboxId, where, needle }),
  };
}
