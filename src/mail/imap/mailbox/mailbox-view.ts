import type { Mailbox, MailboxEntry } from '#app/ports/mail.ts';
import { encodeFlags, systemFlags } from '#mail/imap/grammar/flags.ts';
import { type MessageSet, mergeRanges } from '#mail/imap/grammar/sequence-set.ts';
import { encodeNumberSet, type Octets } from '#mail/imap/wire/encode.ts';

import type { MailboxIndex } from './mailbox-index.ts';
import { holds, positionAtOrAfter, type UidList } from './message-columns.ts';

/** A message as the session names it. */
export interface MessageRef {
  readonly sequence: number;
  readonly uid: number;
}

export interface TellOptions {
  /** False while the protocol holds EXPUNGE back (RFC 9051, section 7.5.1). */
  readonly expunges: boolean;
  /** Whether FETCH answers carry MODSEQ, once the session has shown that it knows CONDSTORE (RFC 7162). */
  readonly modseq: boolean;
  /** Whether VANISHED stands for EXPUNGE, once QRESYNC is enabled (RFC 7162, section 3.2.10). */
  readonly vanished: boolean;
  /** Whether RECENT is told; IMAP4rev2 has given it up (RFC 9051, appendix E). */
  readonly recent?: boolean;
}

/**
 * The selected mailbox as one session has been told of it. Its sequence numbers change only in `tell`, which is
 * called only where the protocol lets the client hear of it; until then a message that others have expunged keeps
 * its number and has no data.
 */
export class MailboxView {
  readonly mailbox: Mailbox;
  readonly index: MailboxIndex;
  readonly readOnly: boolean;
  /** Shared with the index, save while EXPUNGE is held back and messages arrive. */
  #list: UidList;
  #toldModseq: number;
  #completeModseq: number;
  #toldExpunges: number;
  #toldKeywords: number;
  /** Mod-sequences that this session's own STORE has already answered, by UID. */
  readonly #answered = new Map<number, number>();
  #saved: readonly number[] = [];

  constructor(mailbox: Mailbox, index: MailboxIndex, readOnly: boolean) {
    this.mailbox = mailbox;
    this.index = index;
    this.readOnly = readOnly;
    this.#list = index.list();
    this.#toldModseq = index.highestModseq;
    this.#completeModseq = index.highestModseq;
    this.#toldExpunges = index.expungeCount;
    this.#toldKeywords = index.keywordCount;
  }

  get count(): number {
    return this.#list.count;
  }

  /** Of flags, and of arrivals, the session has been told up to here. */
  get toldModseq(): number {
    return this.#toldModseq;
  }

  /** The session has been told of everything up to here, expunged messages too: what HIGHESTMODSEQ may promise. */
  get completeModseq(): number {
    return this.#completeModseq;
  }

  /** Every message of the view in order. */
  all(): readonly MessageRef[] {
    return Array.from({ length: this.count }, (_, at) => ({ sequence: at + 1, uid: this.#uidAt(at) }));
  }

  /**
   * The messages that a set names, in order. Numbers beyond the mailbox name nothing: clients race with expunges, and
   * RFC 9051, section 6.4.9 asks for that with UIDs.
   */
  resolve(set: MessageSet, byUid: boolean): readonly MessageRef[] {
    if (set === 'saved') return this.#savedRefs();
    const refs: MessageRef[] = [];
    for (const range of mergeRanges(set, this.largest(byUid))) {
      const from = byUid ? positionAtOrAfter(this.#list, range.first) : Math.max(0, range.first - 1);
      for (let at = from; at < this.count; at += 1) {
        const uid = this.#uidAt(at);
        if ((byUid ? uid : at + 1) > range.last) break;
        refs.push({ sequence: at + 1, uid });
      }
    }
    return refs;
  }

  /** Keeps what a SEARCH has found for `$` (RFC 5182), in any order; a mailbox begins with nothing saved. */
  save(uids: readonly number[]): void {
    this.#saved = uids.toSorted((one, other) => one - other);
  }

  /** Messages that have gone since are no longer of it (RFC 5182, section 2.1). */
  #savedRefs(): readonly MessageRef[] {
    return this.#saved.flatMap((uid) => {
      const sequence = this.sequenceOf(uid);
      return sequence === undefined ? [] : [{ sequence, uid }];
    });
  }

  /** What `*` stands for. */
  largest(byUid: boolean): number {
    return byUid && this.count > 0 ? this.#uidAt(this.count - 1) : this.count;
  }

  holds(uid: number): boolean {
    return holds(this.#list, uid);
  }

  sequenceOf(uid: number): number | undefined {
    const at = positionAtOrAfter(this.#list, uid);
    return at < this.count && this.#uidAt(at) === uid ? at + 1 : undefined;
  }

  /** Undefined beyond the mailbox. */
  uidOf(sequence: number): number | undefined {
    return sequence >= 1 && sequence <= this.count ? this.#uidAt(sequence - 1) : undefined;
  }

  /** The sequence number of the first message that is not seen. */
  firstUnseen(): number | undefined {
    const uid = this.index.firstUnseen();
    return uid === undefined ? undefined : this.sequenceOf(uid);
  }

  /** FLAGS and PERMANENTFLAGS name these, and `\*` besides. */
  flagNames(): string {
    return [...systemFlags.map(([name]) => name), ...this.index.keywords].join(' ');
  }

  /** Remembers that the session knows of its own change and need not hear of it again. */
  markAnswered(entries: readonly MailboxEntry[]): void {
    for (const entry of entries) this.#answered.set(entry.uid, entry.modseq);
  }

  /** Untagged lines, without CRLF, for everything the index knows and the session does not. */
  tell(options: TellOptions): readonly Octets[] {
    const lines: Octets[] = [];
    const { index } = this;
    const lastKnown = this.largest(true);
    const before = index.expungeCount === this.#toldExpunges ? [] : this.#departed();
    const isInStep = options.expunges || before.length === 0;
    if (options.expunges && before.length > 0) this.#tellExpunges(lines, before, options.vanished);
    if (isInStep) this.#toldExpunges = index.expungeCount;
    if (index.keywordCount !== this.#toldKeywords) {
      this.#toldKeywords = index.keywordCount;
      lines.push(`* FLAGS (${this.flagNames()})`);
    }
    this.#tellArrivals(lines, {
      lastKnown,
      isInStep,
      countBefore: this.count - (isInStep ? before.length : 0),
      recent: options.recent ?? true,
    });
    if (index.highestModseq !== this.#toldModseq) this.#tellFlags(lines, lastKnown, options.modseq);
    if (isInStep) this.#completeModseq = this.#toldModseq;
    return lines;
  }

  #departed(): readonly number[] {
    return this.index.departedFrom(this.#list, this.#toldExpunges);
  }

  /** From the last to the first, so that each number is right when it is read. */
  #tellExpunges(lines: Octets[], gone: readonly number[], vanished: boolean): void {
    if (vanished) lines.push(`* VANISHED ${encodeNumberSet(gone)}`);
    else for (const uid of gone.toReversed()) lines.push(`* ${this.sequenceOf(uid) ?? 0} EXPUNGE`);
  }

  /**
   * A session that has been told of everything shares the list of the index. While expunged messages are held back it
   * keeps its own, with what has arrived behind it.
   */
  #tellArrivals(
    lines: Octets[],
    {
      lastKnown,
      isInStep,
      countBefore,
      recent,
    }: { lastKnown: number; isInStep: boolean; countBefore: number; recent: boolean },
  ): void {
    const present = this.index.list();
    const from = positionAtOrAfter(present, lastKnown + 1);
    if (isInStep) this.#list = present;
    else if (from < present.count) {
      const arrived = present.uids.subarray(from, present.count);
      const uids = new Uint32Array(this.count + arrived.length);
      uids.set(this.#list.uids.subarray(0, this.count));
      uids.set(arrived, this.count);
      this.#list = { uids, count: uids.length };
    }
    if (this.count <= countBefore) return;
    lines.push(`* ${this.count} EXISTS`);
    if (recent) lines.push('* 0 RECENT');
  }

  #tellFlags(lines: Octets[], lastKnown: number, modseq: boolean): void {
    const changed = this.index.uidsChangedAfter(this.#toldModseq);
    this.#toldModseq = this.index.highestModseq;
    for (const uid of changed) {
      if (uid > lastKnown) break;
      const row = this.index.row(uid);
      const sequence = this.sequenceOf(uid);
      if (row === undefined || sequence === undefined || this.#answered.get(uid) === row.modseq) continue;
      const tail = modseq ? ` MODSEQ (${row.modseq})` : '';
      lines.push(`* ${sequence} FETCH (UID ${uid} FLAGS ${encodeFlags(row.flags, row.keywords)}${tail})`);
    }
    this.#answered.clear();
  }

  #uidAt(position: number): number {
    return this.#list.uids[position] ?? 0;
  }
}
