import type { Envelope, MessageStructure, SpecialUse } from '#domain/mail/structure.ts';
import type { MailAnnotations } from './mail-annotations.ts';
import type { MailQuota } from './mail-quota.ts';
import type { MailSharing } from './mail-sharing.ts';

/**
 * One mailbox as whoever asks sees it. Paths are Unicode (NFC) with `/` between levels; INBOX is spelled in capitals. One
 * of another account is under `Shared/ADDRESS/` or `Other Users/ADDRESS/`.
 */
export interface Mailbox {
  readonly id: string;
  /** Of its owner. */
  readonly accountId: string;
  readonly path: string;
  readonly specialUse?: SpecialUse;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModseq: number;
  readonly messages: number;
  readonly unseen: number;
  readonly deleted: number;
  /** Sum of the sizes of those flagged deleted, in octets. */
  readonly deletedSize: number;
  /** Sum of message sizes in octets. */
  readonly size: number;
  readonly subscribed: boolean;
  /** Bits of `rightBit`: what whoever asks may do in it. */
  readonly rights: number;
  /** Whose `\Seen` the flags and counters show, where each reader has his own; absent where it is common. */
  readonly seenBy?: string;
  /** Of the owner. */
  readonly ownerUnitId?: string;
}

/** How far a mailbox has come, and what its UIDs and flags mean. */
export type MailboxStanding = Pick<Mailbox, 'uidValidity' | 'uidNext' | 'highestModseq' | 'seenBy'>;

/** One message in one mailbox. */
export interface MailboxEntry {
  readonly uid: number;
  readonly messageId: string;
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly modseq: number;
  readonly internalDate: Date;
  readonly saveDate: Date;
  /** RFC822.SIZE in octets. */
  readonly size: number;
}

/** What moved in a mailbox after a mod-sequence. */
export interface MailboxChanges {
  readonly mailbox: Mailbox;
  /** New and changed entries in UID order. */
  readonly entries: readonly MailboxEntry[];
  /** UIDs expunged after the mod-sequence, ascending; undefined where the log of them does not reach back so far. */
  readonly expunged: readonly number[] | undefined;
}

/** What a message is known by beside its UID. */
export interface MessageFacts {
  /** The same for the same octets, wherever they lie (RFC 8474, section 5.1). */
  readonly emailId: string;
  readonly threadId: string;
  readonly saveDate: Date;
}

export type MessageFact =
  | { readonly kind: 'email_id' | 'thread_id'; readonly id: string }
  /** Came into the mailbox at `from` or later and before `before`. */
  | { readonly kind: 'saved'; readonly from: Date | undefined; readonly before: Date | undefined };

/** Octets [start, end) of one message. */
export interface OctetRange {
  readonly uid: number;
  readonly start: number;
  readonly end: number;
}

export type FlagChange = 'replace' | 'add' | 'remove';

export interface StoreFlags {
  readonly mailboxId: string;
  readonly uids: readonly number[];
  readonly change: FlagChange;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** UNCHANGEDSINCE of RFC 7162; entries changed later are left alone and named in `modified`. */
  readonly unchangedSince?: number;
}

export interface StoredFlags {
  /** Entries that exist, with their flags and modseq after the change. */
  readonly entries: readonly MailboxEntry[];
  readonly modified: readonly number[];
  /** Whether any of them is not what it was. */
  readonly changed: boolean;
  /** Of the mailbox, after the change. */
  readonly highestModseq: number;
}

/** One message of an APPEND. */
export interface NewMessage {
  readonly bytes: Buffer;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: Date | undefined;
}

export interface AppendMessage extends NewMessage {
  readonly accountId: string;
  readonly path: string;
}

export interface AppendMessages {
  readonly accountId: string;
  readonly path: string;
  readonly messages: readonly NewMessage[];
  /** A message that goes in the same commit (RFC 8508). */
  readonly replaces?: { readonly mailboxId: string; readonly uid: number };
}

export interface AppendedAll {
  readonly uidValidity: number;
  /** In the order of the messages. */
  readonly uids: readonly number[];
}

export interface Appended {
  readonly uidValidity: number;
  readonly uid: number;
}

export interface Copied {
  readonly uidValidity: number;
  readonly sourceUids: readonly number[];
  readonly targetUids: readonly number[];
}

/** What SEARCH, SORT and THREAD ask of a message, as it was parsed at delivery. */
export interface MessageHeading {
  readonly envelope: Envelope;
  /** The ids of the References field, with their angle brackets; undefined where they were not kept. */
  readonly references: readonly string[] | undefined;
}

/**
 * What an IMAP session may do with the mailboxes that the account that signed in has a right to. Each call asks for
 * that right in its own statement (threats I10): a mailbox that the account may not see answers `mailbox_unknown` like
 * one that is not there, one that it may see but not use so `not_permitted`. Every change is one transaction that also
 * writes its log row; a returned promise is a commit.
 */
export interface MailAccess {
  readonly accountId: string;
  readonly address: string;
  readonly sharing: MailSharing;
  readonly annotations: MailAnnotations;
  readonly quota: MailQuota;
  list(): Promise<readonly Mailbox[]>;
  /** Throws `mailbox_unknown`. */
  open(path: string): Promise<Mailbox>;
  /** Throws `mailbox_exists`, `mailbox_name_bad`. Missing parents are made too (RFC 9051, section 6.3.4). */
  create(path: string, specialUse: SpecialUse | undefined): Promise<Mailbox>;
  /** Throws `mailbox_unknown`, `mailbox_protected`, `mailbox_has_children`. */
  remove(path: string): Promise<void>;
  /** Renames children too; renaming INBOX moves its messages to a new mailbox (RFC 9051, section 6.3.6). */
  rename(from: string, to: string): Promise<void>;
  /** A name that is subscribed to stays so without its mailbox (RFC 9051, section 6.3.7). Throws `mailbox_unknown`. */
  subscribe(path: string, subscribed: boolean): Promise<void>;
  /** Names that are subscribed to and that no mailbox bears that the account may see. */
  lostSubscriptions(): Promise<readonly string[]>;
  /** Where the mailbox stands: less to ask than what has moved, and most often the same as before. */
  standing(mailboxId: string): Promise<MailboxStanding>;
  /** Everything after `modseq`; 0 gives the whole mailbox. */
  changesSince(mailboxId: string, modseq: number): Promise<MailboxChanges>;
  /** UIDs expunged after `modseq`, ascending; undefined where the log of them does not reach back so far. */
  expungedSince(mailboxId: string, modseq: number): Promise<readonly number[] | undefined>;
  facts(mailboxId: string, uids: readonly number[]): Promise<ReadonlyMap<number, MessageFacts>>;
  /** UIDs for which the fact holds, ascending. */
  findByFact(mailboxId: string, fact: MessageFact): Promise<readonly number[]>;
  /** One range of each of several messages, by UID; shorter where a message ends before. */
  ranges(mailboxId: string, ranges: readonly OctetRange[]): Promise<ReadonlyMap<number, Buffer>>;
  /** Parsed structures by message id; a message that could not be parsed is absent. */
  structures(mailboxId: string, uids: readonly number[]): Promise<ReadonlyMap<number, MessageStructure>>;
  /** Headings alone, for many messages at once; a message that could not be parsed is absent. */
  headings(mailboxId: string, uids: readonly number[]): Promise<ReadonlyMap<number, MessageHeading>>;
  /** The first octets of many messages, for their headers. */
  beginnings(
    mailboxId: string,
    uids: readonly number[],
    bytesMax: number,
  ): Promise<ReadonlyMap<number, Buffer>>;
  /** Octets [start, end) of a stored message, read by range; shorter when the message ends before. */
  bytes(mailboxId: string, uid: number, start: number, end: number): Promise<Buffer | undefined>;
  /** `\Seen` on an official message is its receipt "opened", in the same transaction. */
  storeFlags(input: StoreFlags): Promise<StoredFlags>;
  /** The device of the account has fetched header or body: the receipt "arrived" of official messages. */
  arrived(mailboxId: string, uids: readonly number[]): Promise<void>;
  /** Throws `mailbox_unknown`, `message_too_large`, `over_quota`, `secret_content`. */
  append(input: AppendMessage): Promise<Appended>;
  /** The same for several messages (RFC 3502): all of them in one commit, or none. Throws `not_found` for `replaces`. */
  appendAll(input: AppendMessages): Promise<AppendedAll>;
  copy(mailboxId: string, uids: readonly number[], toPath: string): Promise<Copied>;
  move(mailboxId: string, uids: readonly number[], toPath: string): Promise<Copied>;
  /** Removes those of the named messages that are flagged deleted; without names, all that are. Returns their UIDs. */
  expunge(mailboxId: string, uids: readonly number[] | undefined): Promise<readonly number[]>;
  /**
   * UIDs whose header or decoded text contains the folded needle, indexed yet or not; used by SEARCH. `keepGoing`
   * throws when it takes too long, and the search with it.
   */
  search(
    mailboxId: string,
    where: 'text' | 'body',
    needle: string,
    keepGoing?: () => void,
  ): Promise<readonly number[]>;
}

/** Which mailboxes a commit has touched, and how far it has brought them where that is known. */
export interface MailboxesMoved {
  readonly mailboxIds: readonly string[];
  readonly modseqs?: Readonly<Record<string, number>>;
}

/** Called without an argument when any mailbox that the account sees may be another. */
export type MailboxListener = (moved?: MailboxesMoved) => void;

/** Tells a session that a mailbox of its account has moved (from the log, whichever process wrote it). */
export interface MailboxWatch {
  /** Calls back after every commit that may have touched a mailbox of the account; returns the way to stop. */
  onChange(accountId: string, listener: MailboxListener): () => void;
  /** The same for a mailbox of another account. */
  onChangeOf(mailbox: Pick<Mailbox, 'accountId' | 'ownerUnitId'>, listener: MailboxListener): () => void;
  /** Calls back when the account's right to be signed in has ended. */
  onRevoked(accountId: string, listener: () => void): () => void;
}
