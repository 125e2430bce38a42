import type {
  AppendMessage,
  Copied,
  MailAccess,
  Mailbox,
  MailboxChanges,
  MailboxEntry,
  MailboxWatch,
  MessageFact,
  MessageFacts,
  MessageHeading,
  StoredFlags,
  StoreFlags,
} from '#app/ports/mail.ts';
import { HubError } from '#domain/hub-error.ts';
import { everyRight } from '#domain/mail/mailbox-rights.ts';
import { flagBit, type MessageStructure, type SpecialUse } from '#domain/mail/structure.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';

import { memorySharing } from './memory-mail-sharing.ts';

interface HeldMessage {
  readonly uid: number;
  readonly bytes: Buffer;
  readonly structure: MessageStructure | undefined;
  flags: number;
  keywords: readonly string[];
  modseq: number;
  readonly date: Date;
}

interface HeldMailbox {
  readonly id: string;
  path: string;
  readonly specialUse: SpecialUse | undefined;
  subscribed: boolean;
  readonly uidValidity: number;
  uidNext: number;
  modseq: number;
  messages: HeldMessage[];
  expunged: { uid: number; modseq: number }[];
  /** Up to this modseq what was expunged is forgotten. */
  expungedFloor: number;
}

const OWNER = 'account-1';

/**
 * The mail of one account in arrays: a double of the port for tests of the IMAP door alone. Several sessions share it
 * as they share a database, and it tells them of each change.
 */
export class MemoryMail implements MailboxWatch {
  readonly accountId = OWNER;
  readonly arrivedUids: number[] = [];
  /** Thrown by the next call of `structures`, to show a fault. */
  nextFault: Error | undefined;
  /** Every read from this octet on fails, to show a fault half-way. */
  failReadAt: number | undefined;
  /** Answers as a store does that holds messages from before References were kept. */
  forgetsReferences = false;
  /** Ranges read, newest last. */
  readonly reads: { start: number; end: number }[] = [];
  #mailboxes: HeldMailbox[] = [];
  #ids = 0;
  /** Names of deleted mailboxes that were subscribed to. */
  readonly #lost = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #revoked = new Set<() => void>();

  constructor() {
    this.make('INBOX', undefined);
    this.make('Sent', '\\Sent');
    this.make('Trash', '\\Trash');
  }

  onChange(_accountId: string, listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onChangeOf(_mailbox: unknown, listener: () => void): () => void {
    return this.onChange('', listener);
  }

  onRevoked(_accountId: string, listener: () => void): () => void {
    this.#revoked.add(listener);
    return () => this.#revoked.delete(listener);
  }

  has(path: string): boolean {
    return this.#mailboxes.some((mailbox) => mailbox.path === path);
  }

  revoke(): void {
    for (const listener of this.#revoked) listener();
  }

  make(path: string, specialUse: SpecialUse | undefined): HeldMailbox {
    this.#ids += 1;
    const mailbox: HeldMailbox = {
      id: `mailbox-${this.#ids}`,
      path,
      specialUse,
      subscribed: true,
      uidValidity: 1000 + this.#ids,
      uidNext: 1,
      modseq: 1,
      messages: [],
      expunged: [],
      expungedFloor: 0,
    };
    this.#mailboxes.push(mailbox);
    return mailbox;
  }

  /** Puts a message as a delivery does; one that is not parsed has no structure. */
  deliver(
    path: string,
    text: string | Buffer,
    how: { parsed?: boolean; flags?: number; date?: Date } = {},
  ): number {
    const bytes = Buffer.from(text as string);
    const uid = this.#put(this.#byPath(path), {
      bytes,
      structure: how.parsed === false ? undefined : parseStructure(bytes),
      flags: how.flags ?? 0,
      keywords: [],
      date: how.date ?? new Date('2026-03-02T01:30:00Z'),
    });
    this.#announce();
    return uid;
  }

  /** Takes messages out as another session's EXPUNGE does. */
  takeOut(path: string, uids: readonly number[]): void {
    this.#drop(this.#byPath(path), uids);
    this.#announce();
  }

  access(): MailAccess {
    return {
      accountId: OWNER,
      address: 'an.nguyen@binhthuan.example',
      ...memorySharing(this),
      list: async () => this.#mailboxes.map(shown),
      open: async (path) => shown(this.#byPath(path)),
      create: async (path, specialUse) => this.#create(path, specialUse),
      remove: async (path) => this.#remove(path),
      rename: async (from, to) => this.#rename(from, to),
      subscribe: async (path, subscribed) => {
        const kept = this.#lost.has(path);
        if (!subscribed) this.#lost.delete(path);
        if (!kept || this.has(path)) this.#byPath(path).subscribed = subscribed;
      },
      lostSubscriptions: async () => [...this.#lost].filter((path) => !this.has(path)),
      standing: async (mailboxId) => shown(this.#byId(mailboxId)),
      changesSince: async (id, modseq) => this.#changes(this.#byId(id), modseq),
      expungedSince: async (id, modseq) => expungedAfter(this.#byId(id), modseq),
      facts: async (id, uids) => factsOf(this.#byId(id), uids),
      findByFact: async (id, fact) =>
        [
          ...factsOf(
            this.#byId(id),
            this.#byId(id).messages.map(({ uid }) => uid),
          ),
        ]
          .filter(([, facts]) => factHolds(facts, fact))
          .map(([uid]) => uid),
      ranges: async (id, ranges) =>
        new Map(
          ranges.map(({ uid, start, end }) => [
            uid,
            find(this.#byId(id), uid)?.bytes.subarray(start, end) ?? Buffer.alloc(0),
          ]),
        ),
      structures: async (id, uids) => this.#structures(this.#byId(id), uids),
      headings: async (id, uids) => this.#headings(this.#byId(id), uids),
      beginnings: async (id, uids, bytesMax) =>
        new Map(
          this.#byId(id)
            .messages.filter((message) => uids.includes(message.uid))
            .map((message) => [message.uid, message.bytes.subarray(0, bytesMax)]),
        ),
      bytes: async (id, uid, start, end) => {
        this.reads.push({ start, end });
        if (this.failReadAt !== undefined && start >= this.failReadAt) throw new Error('broken on purpose');
        return find(this.#byId(id), uid)?.bytes.subarray(start, end);
      },
      storeFlags: async (input) => this.#storeFlags(input),
      arrived: async (_id, uids) => {
        this.arrivedUids.push(...uids);
      },
      append: async (input) => this.#append(input),
      appendAll: async ({ accountId, path, messages, replaces }) => {
        if (messages.some(({ bytes }) => bytes.includes('TUYỆT MẬT'))) throw new HubError('secret_content');
        this.#byPath(path);
        const source = replaces && this.#byId(replaces.mailboxId);
        if (source !== undefined && find(source, replaces?.uid ?? 0) === undefined)
          throw new HubError('not_found');
        if (source !== undefined && replaces !== undefined) this.#drop(source, [replaces.uid]);
        const filed = messages.map((message) => this.#append({ accountId, path, ...message }));
        return { uidValidity: this.#byPath(path).uidValidity, uids: filed.map(({ uid }) => uid) };
      },
      copy: async (id, uids, toPath) => this.#copy(this.#byId(id), uids, toPath),
      move: async (id, uids, toPath) => {
        const copied = this.#copy(this.#byId(id), uids, toPath);
        this.#drop(this.#byId(id), copied.sourceUids);
        this.#announce();
        return copied;
      },
      expunge: async (id, uids) => {
        const gone = this.#byId(id)
          .messages.filter((message) => (message.flags & flagBit.deleted) !== 0)
          .map((message) => message.uid)
          .filter((uid) => uids === undefined || uids.includes(uid));
        this.#drop(this.#byId(id), gone);
        this.#announce();
        return gone;
      },
      search: async (id, _where, needle) =>
        this.#byId(id)
          .messages.filter((message) => message.bytes.toString('utf8').toLowerCase().includes(needle))
          .map((message) => message.uid),
    };
  }

  #byPath(path: string): HeldMailbox {
    const found = this.#mailboxes.find((mailbox) => mailbox.path === path);
    if (found === undefined) throw new HubError('mailbox_unknown');
    return found;
  }

  #byId(id: string): HeldMailbox {
    const found = this.#mailboxes.find((mailbox) => mailbox.id === id);
    if (found === undefined) throw new HubError('mailbox_unknown');
    return found;
  }

  #create(path: string, specialUse: SpecialUse | undefined): Mailbox {
    if (this.#mailboxes.some((mailbox) => mailbox.path === path)) throw new HubError('mailbox_exists');
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (parent !== '' && !this.#mailboxes.some((mailbox) => mailbox.path === parent)) {
      this.#create(parent, undefined);
    }
    return shown(this.make(path, specialUse));
  }

  #remove(path: string): void {
    const mailbox = this.#byPath(path);
    if (path === 'INBOX') throw new HubError('mailbox_protected');
    if (this.#mailboxes.some((other) => other.path.startsWith(`${path}/`)))
      throw new HubError('mailbox_has_children');
    this.#mailboxes = this.#mailboxes.filter((other) => other !== mailbox);
    if (mailbox.subscribed) this.#lost.add(path);
    this.#announce();
  }

  #rename(from: string, to: string): void {
    const mailbox = this.#byPath(from);
    for (const other of this.#mailboxes) {
      if (other.path.startsWith(`${from}/`)) other.path = to + other.path.slice(from.length);
    }
    mailbox.path = to;
  }

  #put(mailbox: HeldMailbox, message: Omit<HeldMessage, 'uid' | 'modseq'>): number {
    mailbox.modseq += 1;
    const uid = mailbox.uidNext;
    mailbox.uidNext += 1;
    mailbox.messages.push({ ...message, uid, modseq: mailbox.modseq });
    return uid;
  }

  #drop(mailbox: HeldMailbox, uids: readonly number[]): void {
    if (uids.length === 0) return;
    mailbox.modseq += 1;
    mailbox.messages = mailbox.messages.filter((message) => !uids.includes(message.uid));
    mailbox.expunged.push(...uids.map((uid) => ({ uid, modseq: mailbox.modseq })));
  }

  #changes(mailbox: HeldMailbox, modseq: number): MailboxChanges {
    return {
      mailbox: shown(mailbox),
      entries: mailbox.messages.filter((message) => message.modseq > modseq).map(entryOf),
      expunged: modseq === 0 ? [] : expungedAfter(mailbox, modseq),
    };
  }

  /** Forgets what was expunged, as the store does after a while. */
  forgetExpunged(path: string): void {
    const mailbox = this.#byPath(path);
    mailbox.expungedFloor = mailbox.modseq;
    mailbox.expunged = [];
  }

  #headings(mailbox: HeldMailbox, uids: readonly number[]): ReadonlyMap<number, MessageHeading> {
    const found = new Map<number, MessageHeading>();
    for (const [uid, { envelope }] of this.#structures(mailbox, uids)) {
      const bytes = find(mailbox, uid)?.bytes ?? Buffer.alloc(0);
      found.set(uid, {
        envelope,
        references: this.forgetsReferences ? undefined : parseMessage(bytes).references,
      });
    }
    return found;
  }

  #structures(mailbox: HeldMailbox, uids: readonly number[]): ReadonlyMap<number, MessageStructure> {
    const fault = this.nextFault;
    this.nextFault = undefined;
    if (fault !== undefined) throw fault;
    const found = new Map<number, MessageStructure>();
    for (const uid of uids) {
      const structure = find(mailbox, uid)?.structure;
      if (structure !== undefined) found.set(uid, structure);
    }
    return found;
  }

  #storeFlags(input: StoreFlags): StoredFlags {
    const mailbox = this.#byId(input.mailboxId);
    const held = mailbox.messages.filter((message) => input.uids.includes(message.uid));
    const limit = input.unchangedSince ?? Number.POSITIVE_INFINITY;
    const done = held.filter((message) => message.modseq <= limit);
    // Where nothing changes, nothing moves, as in the store.
    const changed = done.filter((message) => change(message, input));
    if (changed.length > 0) mailbox.modseq += 1;
    for (const message of changed) message.modseq = mailbox.modseq;
    if (changed.length > 0) this.#announce();
    return {
      entries: done.map(entryOf),
      modified: held.filter((message) => !done.includes(message)).map((message) => message.uid),
      changed: changed.length > 0,
      highestModseq: mailbox.modseq,
    };
  }

  #append(input: AppendMessage): { uidValidity: number; uid: number } {
    const mailbox = this.#byPath(input.path);
    if (input.bytes.includes('TUYỆT MẬT')) throw new HubError('secret_content');
    const { bytes, flags, keywords } = input;
    const uid = this.#put(mailbox, {
      bytes,
      flags,
      keywords,
      structure: parseStructure(bytes),
      date: input.internalDate ?? new Date('2026-03-02T01:30:00Z'),
    });
    this.#announce();
    return { uidValidity: mailbox.uidValidity, uid };
  }

  #copy(mailbox: HeldMailbox, uids: readonly number[], toPath: string): Copied {
    const target = this.#byPath(toPath);
    const sources = mailbox.messages.filter((message) => uids.includes(message.uid));
    const targetUids = sources.map((message) => this.#put(target, message));
    this.#announce();
    return { uidValidity: target.uidValidity, sourceUids: sources.map((message) => message.uid), targetUids };
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the message is then another. */
function change(message: HeldMessage, input: StoreFlags): boolean {
  const { flags, keywords } = input;
  const before = JSON.stringify([message.flags, message.keywords]);
  switch (input.change) {
    case 'replace':
      message.flags = flags;
      message.keywords = keywords;
      break;
    case 'add':
      message.flags |= flags;
      message.keywords = [
        ...message.keywords,
        ...keywords.filter((keyword) => !isAmong(message.keywords, keyword)),
      ];
      break;
    case 'remove':
      message.flags &= ~flags;
      message.keywords = message.keywords.filter((keyword) => !isAmong(keywords, keyword));
      break;
  }
  return JSON.stringify([message.flags, message.keywords]) !== before;
}

/** Whatever its case, as in the store. */
function isAmong(keywords: readonly string[], keyword: string): boolean {
  return keywords.some((held) => held.toUpperCase() === keyword.toUpperCase());
}

function expungedAfter(mailbox: HeldMailbox, modseq: number): readonly number[] | undefined {
  if (modseq < mailbox.expungedFloor) return undefined;
  return mailbox.expunged
    .filter((gone) => gone.modseq > modseq)
    .map((gone) => gone.uid)
    .sort((one, other) => one - other);
}

/** Every message is a thread of its own here; the store's tests join them. */
function factsOf(mailbox: HeldMailbox, uids: readonly number[]): ReadonlyMap<number, MessageFacts> {
  const held = mailbox.messages.filter((message) => uids.includes(message.uid));
  return new Map(
    held.map(({ uid, date }) => [uid, { emailId: `E${uid}`, threadId: `T${uid}`, saveDate: date }]),
  );
}

function factHolds(facts: MessageFacts, fact: MessageFact): boolean {
  switch (fact.kind) {
    case 'email_id':
      return facts.emailId === fact.id;
    case 'thread_id':
      return facts.threadId === fact.id;
    case 'saved':
      return (
        facts.saveDate >= (fact.from ?? new Date(0)) &&
        facts.saveDate < (fact.before ?? new Date(8_000_000_000_000))
      );
  }
}

function find(mailbox: HeldMailbox, uid: number): HeldMessage | undefined {
  return mailbox.messages.find((message) => message.uid === uid);
}

function entryOf(message: HeldMessage): MailboxEntry {
  const { uid, flags, keywords, modseq, date } = message;
  const size = message.bytes.length;
  return {
    uid,
    messageId: `message-${uid}`,
    flags,
    keywords,
    modseq,
    internalDate: date,
    saveDate: date,
    size,
  };
}

function shown(mailbox: HeldMailbox): Mailbox {
  const { id, path, specialUse, uidValidity, uidNext, modseq, messages, subscribed } = mailbox;
  return {
    id,
    accountId: OWNER,
    path,
    ...(specialUse === undefined ? {} : { specialUse }),
    uidValidity,
    uidNext,
    highestModseq: modseq,
    messages: messages.length,
    unseen: messages.filter((message) => (message.flags & flagBit.seen) === 0).length,
    deleted: messages.filter((message) => (message.flags & flagBit.deleted) !== 0).length,
    size: messages.reduce((sum, message) => sum + message.bytes.length, 0),
    subscribed,
    rights: everyRight,
    deletedSize: messages.reduce(
      (sum, message) => sum + ((message.flags & flagBit.deleted) === 0 ? 0 : message.bytes.length),
      0,
    ),
  };
}
