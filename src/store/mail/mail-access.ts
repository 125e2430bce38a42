import type { MailAccess } from '#app/ports/mail.ts';
import type { Clock } from '#domain/clock.ts';
import type { Database } from '#store/database.ts';
import { appendMessage, type AppendOptions } from './append-message.ts';
import type { MailSession } from './mail-change.ts';
import {
  createMailbox,
  listMailboxes,
  openMailbox,
  removeMailbox,
  renameMailbox,
  subscribeMailbox,
} from './mailbox-tree.ts';
import { recordArrived } from './official-receipts.ts';
import { changesSince, readBytes, readStructures } from './read-mailbox.ts';
import { expungeDeleted } from './remove-entries.ts';
import { searchMailbox } from './search-text.ts';
import { storeFlags } from './store-flags.ts';
import { transferInSession } from './transfer-messages.ts';

export interface MailAccessOptions extends AppendOptions {
  /** Wakes the relay after a commit that wrote log rows. */
  readonly afterCommit: () => void;
}

/** The mailboxes of one account, for one session. Nothing is cached: each call asks whose mailbox it is. */
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
    list: () => listMailboxes(database, accountId),
    open: async (path) => openMailbox(database, accountId, path),
    create: async (path, specialUse) => createMailbox(session, path, specialUse),
    remove: async (path) => removeMailbox(session, path),
    rename: async (from, to) => renameMailbox(session, from, to),
    subscribe: async (path, subscribed) => subscribeMailbox(session, path, subscribed),
    changesSince: async (mailboxId, modseq) => changesSince(database, accountId, mailboxId, modseq),
    structures: async (mailboxId, uids) => readStructures(database, accountId, mailboxId, uids),
    bytes: async (mailboxId, uid, start, end) =>
      readBytes(database, accountId, { mailboxId, uid, start, end }),
    storeFlags: async (input) => storeFlags(session, input),
    arrived: async (mailboxId, uids) => recordArrived(session, mailboxId, uids),
    append: async (input) => appendMessage(session, options, input),
    copy: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: false }),
    move: async (mailboxId, uids, toPath) =>
      transferInSession(session, { mailboxId, uids, toPath, move: true }),
    expunge: async (mailboxId, uids) => expungeDeleted(session, mailboxId, uids),
    search: async (mailboxId, where, needle) =>
      searchMailbox(database, { accountId, mailboxId, where, needle }),
  };
}
