import type { MailAccess, MailboxChanges, MailboxEntry } from '#app/ports/mail.ts';

/** The mailbox is no longer the one that was opened: deleted, or restored under another UIDVALIDITY. */
export class MailboxReplaced extends Error {
  constructor() {
    super('The mailbox has been replaced');
    this.name = 'MailboxReplaced';
  }
}

export interface IndexRow {
  readonly uid: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly modseq: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly internalDate: number;
}

const NO_KEYWORDS: readonly string[] = [];

/**
 * What all sessions that see one mailbox alike share of it: UID, flags, modseq, size and date of each message in typed
 * arrays, 29 octets a message, in UID order. It only moves forward, by what the store names as changed after its
 * mod-sequence, so that a SELECT of a known mailbox costs what has changed and not what is there.
 */
export class MailboxIndex {
  readonly mailboxId: string;
  readonly uidValidity: number;
  readonly #seenBy: string | undefined;
  #count = 0;
  #uids = new Uint32Array(16);
  #flags = new Uint8Array(16);
  #keywordSets = new Uint32Array(16);
  #modseqs = new Float64Array(16);
  #sizes = new Uint32Array(16);
  #dates = new Float64Array(16);
  /** Sets of keywords, so that a message holds a number; the first is the empty one. */
  readonly #sets: (readonly string[])[] = [NO_KEYWORDS];
  readonly #setIds = new Map<string, number>([['', 0]]);
  readonly #keywords = new Map<string, string>();
  #highestModseq = 0;
  #uidNext = 1;
  #expungeCount = 0;
  #loaded = false;
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;

  constructor(mailboxId: string, uidValidity: number, seenBy?: string) {
    this.mailboxId = mailboxId;
    this.uidValidity = uidValidity;
    this.#seenBy = seenBy;
  }

  get count(): number {
    return this.#count;
  }

  /** Never zero, which the protocol does not allow (RFC 7162). */
  get highestModseq(): number {
    return Math.max(1, this.#highestModseq);
  }

  get uidNext(): number {
    return this.#uidNext;
  }

  /** How many messages have ever left; a view that has seen the same figure has none to take out. */
  get expungeCount(): number {
    return this.#expungeCount;
  }

  /** Every keyword that a message of the mailbox has had while the index is kept. */
  get keywords(): readonly string[] {
    return [...this.#keywords.values()];
  }

  get keywordCount(): number {
    return this.#keywords.size;
  }

  /** A copy: the index moves under its sessions. */
  uids(): Uint32Array {
    return this.#uids.slice(0, this.#count);
  }

  /** UIDs above one, ascending. */
  uidsAfter(uid: number): Uint32Array {
    return this.#uids.slice(this.#positionAtOrAfter(uid + 1), this.#count);
  }

  row(uid: number): IndexRow | undefined {
    const at = this.#positionAtOrAfter(uid);
    return at < this.#count && this.#uids[at] === uid ? this.#rowAt(at) : undefined;
  }

  /** The first message, by UID, that lacks a flag. */
  firstUidWithout(flag: number): number | undefined {
    for (let at = 0; at < this.#count; at += 1) {
      if (((this.#flags[at] ?? 0) & flag) === 0) return this.#uids[at];
    }
    return undefined;
  }

  /** UIDs whose flags have moved after a mod-sequence, ascending. */
  uidsChangedAfter(modseq: number): readonly number[] {
    const changed: number[] = [];
    for (let at = 0; at < this.#count; at += 1) {
      if ((this.#modseqs[at] ?? 0) > modseq) changed.push(this.#uids[at] ?? 0);
    }
    return changed;
  }

  /**
   * Brings the index to what is committed now. Callers that come while a read is under way share the one that starts
   * after it, since the running one may have begun before their change. The access is the asking session's own, so
   * that the store checks the right of whoever asks (I10).
   */
  refresh(access: MailAccess): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#read(access).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#following ??= this.#running
      .catch(() => {
        // The session that asked hears of its failure; the one that waits makes its own attempt.
      })
      .then(() => {
        this.#following = undefined;
        return this.refresh(access);
      });
    return this.#following;
  }

  async #read(access: MailAccess): Promise<void> {
    const changes = await access.changesSince(this.mailboxId, this.#loaded ? this.#highestModseq : 0);
    const { uidValidity, seenBy } = changes.mailbox;
    // Whose \Seen it shows has changed: flags of one reader must not get into what others read.
    if (uidValidity !== this.uidValidity || seenBy !== this.#seenBy) throw new MailboxReplaced();
    this.#apply(changes);
    this.#loaded = true;
  }

  #apply(changes: MailboxChanges): void {
    for (const entry of changes.entries) this.#put(entry);
    if (changes.expunged.length > 0) this.#remove(new Set(changes.expunged));
    this.#highestModseq = Math.max(this.#highestModseq, changes.mailbox.highestModseq);
    this.#uidNext = Math.max(this.#uidNext, changes.mailbox.uidNext);
  }

  #put(entry: MailboxEntry): void {
    const at = this.#positionAtOrAfter(entry.uid);
    if (at === this.#count || this.#uids[at] !== entry.uid) this.#open(at);
    this.#uids[at] = entry.uid;
    this.#flags[at] = entry.flags;
    this.#keywordSets[at] = this.#setIdOf(entry.keywords);
    this.#modseqs[at] = entry.modseq;
    this.#sizes[at] = entry.size;
    this.#dates[at] = entry.internalDate.getTime();
    this.#highestModseq = Math.max(this.#highestModseq, entry.modseq);
  }

  /** Makes room at a position; nearly always the last. */
  #open(at: number): void {
    if (this.#count === this.#uids.length) this.#grow(this.#count * 2);
    if (at < this.#count) for (const column of this.#columns()) column.copyWithin(at + 1, at, this.#count);
    this.#count += 1;
  }

  #remove(gone: ReadonlySet<number>): void {
    let kept = 0;
    for (let at = 0; at < this.#count; at += 1) {
      if (gone.has(this.#uids[at] ?? 0)) continue;
      if (kept !== at) for (const column of this.#columns()) column[kept] = column[at] ?? 0;
      kept += 1;
    }
    this.#expungeCount += this.#count - kept;
    this.#count = kept;
  }

  #columns(): readonly (Uint8Array | Uint32Array | Float64Array)[] {
    return [this.#uids, this.#flags, this.#keywordSets, this.#modseqs, this.#sizes, this.#dates];
  }

  #grow(capacity: number): void {
    const before = this.#columns();
    this.#uids = new Uint32Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#keywordSets = new Uint32Array(capacity);
    this.#modseqs = new Float64Array(capacity);
    this.#sizes = new Uint32Array(capacity);
    this.#dates = new Float64Array(capacity);
    for (const [number, column] of this.#columns().entries()) column.set(before[number] ?? []);
  }

  #setIdOf(keywords: readonly string[]): number {
    if (keywords.length === 0) return 0;
    const key = keywords.join(' ');
    const known = this.#setIds.get(key);
    if (known !== undefined) return known;
    for (const keyword of keywords) this.#keywords.set(keyword.toUpperCase(), keyword);
    const id = this.#sets.push([...keywords]) - 1;
    this.#setIds.set(key, id);
    return id;
  }

  #rowAt(at: number): IndexRow {
    return {
      uid: this.#uids[at] ?? 0,
      flags: this.#flags[at] ?? 0,
      keywords: this.#sets[this.#keywordSets[at] ?? 0] ?? NO_KEYWORDS,
      modseq: this.#modseqs[at] ?? 0,
      size: this.#sizes[at] ?? 0,
      internalDate: this.#dates[at] ?? 0,
    };
  }

  #positionAtOrAfter(uid: number): number {
    let low = 0;
    let high = this.#count;
    if (high > 0 && (this.#uids[high - 1] ?? 0) < uid) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#uids[middle] ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
