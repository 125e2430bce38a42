import type { Mailbox, MailboxEntry } from '#app/ports/mail.ts';
import { encodeFlags, systemFlags } from '#mail/imap/grammar/flags.ts';
import { mergeRanges, type SequenceSet } from '#mail/imap/grammar/sequence-set.ts';
import type { Octets } from '#mail/imap/wire/encode.ts';

import type { MailboxIndex } from './mailbox-index.ts';

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
  #uids: Uint32Array;
  #toldModseq: number;
  #toldExpunges: number;
  #toldKeywords: number;
  /** Mod-sequences that this session's own STORE has already answered, by UID. */
  readonly #answered = new Map<number, number>();

  constructor(mailbox: Mailbox, index: MailboxIndex, readOnly: boolean) {
    this.mailbox = mailbox;
    this.index = index;
    this.readOnly = readOnly;
    this.#uids = index.uids();
    this.#toldModseq = index.highestModseq;
    this.#toldExpunges = index.expungeCount;
    this.#toldKeywords = index.keywordCount;
  }

  get count(): number {
    return this.#uids.length;
  }

  /** Every message of the view in order. */
  all(): readonly MessageRef[] {
    return Array.from(this.#uids, (uid, at) => ({ sequence: at + 1, uid }));
  }

  /**
   * The messages that a set names, in order. Numbers beyond the mailbox name nothing: clients race with expunges, and
   * RFC 9051, section 6.4.9 asks for that with UIDs.
   */
  resolve(set: SequenceSet, byUid: boolean): readonly MessageRef[] {
    const refs: MessageRef[] = [];
    for (const range of mergeRanges(set, this.largest(byUid))) {
      const from = byUid ? this.#positionAtOrAfter(range.first) : Math.max(0, range.first - 1);
      for (let at = from; at < this.#uids.length; at += 1) {
        const uid = this.#uids[at] ?? 0;
        if ((byUid ? uid : at + 1) > range.last) break;
        refs.push({ sequence: at + 1, uid });
      }
    }
    return refs;
  }

  /** What `*` stands for. */
  largest(byUid: boolean): number {
    return byUid ? (this.#uids.at(-1) ?? 0) : this.#uids.length;
  }

  sequenceOf(uid: number): number | undefined {
    const at = this.#positionAtOrAfter(uid);
    return this.#uids[at] === uid ? at + 1 : undefined;
  }

  /** The sequence number of the first message that lacks a flag. */
  firstWithout(flag: number): number | undefined {
    const uid = this.index.firstUidWithout(flag);
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
    if (options.expunges && this.index.expungeCount !== this.#toldExpunges) this.#tellExpunges(lines);
    if (this.index.keywordCount !== this.#toldKeywords) {
      this.#toldKeywords = this.index.keywordCount;
      lines.push(`* FLAGS (${this.flagNames()})`);
    }
    const lastKnown = this.largest(true);
    this.#tellArrivals(lines, lastKnown);
    if (this.index.highestModseq !== this.#toldModseq) this.#tellFlags(lines, lastKnown, options.modseq);
    return lines;
  }

  /** From the last to the first, so that each number is right when it is read. */
  #tellExpunges(lines: Octets[]): void {
    this.#toldExpunges = this.index.expungeCount;
    const present = this.index.uids();
    const kept: number[] = [];
    const gone: number[] = [];
    let at = 0;
    for (const [position, uid] of this.#uids.entries()) {
      while (at < present.length && (present[at] ?? 0) < uid) at += 1;
      if (present[at] === uid) kept.push(uid);
      else gone.push(position + 1);
    }
    this.#uids = Uint32Array.from(kept);
    for (const sequence of gone.toReversed()) lines.push(`* ${sequence} EXPUNGE`);
  }

  #tellArrivals(lines: Octets[], lastKnown: number): void {
    const arrived = this.index.uidsAfter(lastKnown);
    if (arrived.length === 0) return;
    const uids = new Uint32Array(this.#uids.length + arrived.length);
    uids.set(this.#uids);
    uids.set(arrived, this.#uids.length);
    this.#uids = uids;
    lines.push(`* ${this.#uids.length} EXISTS`, '* 0 RECENT');
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

  #positionAtOrAfter(uid: number): number {
    let low = 0;
    let high = this.#uids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#uids[middle] ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
