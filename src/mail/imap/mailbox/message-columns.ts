import type { MailboxEntry } from '#app/ports/mail.ts';

export interface IndexRow {
  readonly uid: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly modseq: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly internalDate: number;
}

/** UIDs in rising order: the first `count` of an array that others may go on to append to, and never else change. */
export interface UidList {
  readonly uids: Uint32Array;
  readonly count: number;
}

const NO_KEYWORDS: readonly string[] = [];

/**
 * The messages of a mailbox as typed arrays in UID order, 30 octets each. The array of UIDs is only ever appended to;
 * taking one out makes a new array. So the views of all sessions share it, and a SELECT copies nothing.
 */
export class MessageColumns {
  #count = 0;
  #uids = new Uint32Array(16);
  #flags = new Uint8Array(16);
  #keywordSets = new Uint32Array(16);
  #modseqs = new Float64Array(16);
  #sizes = new Uint32Array(16);
  #dates = new Float64Array(16);
  /** 1 where the receipt "arrived" has been looked after. */
  #arrived = new Uint8Array(16);
  /** Sets of keywords, so that a message holds a number; the first is the empty one. */
  readonly #sets: (readonly string[])[] = [NO_KEYWORDS];
  readonly #setIds = new Map<string, number>([['', 0]]);
  readonly #keywords = new Map<string, string>();

  get count(): number {
    return this.#count;
  }

  /** Every keyword that a message has had. */
  get keywords(): readonly string[] {
    return [...this.#keywords.values()];
  }

  get keywordCount(): number {
    return this.#keywords.size;
  }

  list(): UidList {
    return { uids: this.#uids, count: this.#count };
  }

  uidAt(position: number): number {
    return this.#uids[position] ?? 0;
  }

  flagsAt(position: number): number {
    return this.#flags[position] ?? 0;
  }

  modseqAt(position: number): number {
    return this.#modseqs[position] ?? 0;
  }

  row(uid: number): IndexRow | undefined {
    const at = this.positionOf(uid);
    if (at === undefined) return undefined;
    return {
      uid,
      flags: this.flagsAt(at),
      keywords: this.#sets[this.#keywordSets[at] ?? 0] ?? NO_KEYWORDS,
      modseq: this.modseqAt(at),
      size: this.#sizes[at] ?? 0,
      internalDate: this.#dates[at] ?? 0,
    };
  }

  positionOf(uid: number): number | undefined {
    const at = positionAtOrAfter(this.list(), uid);
    return at < this.#count && this.#uids[at] === uid ? at : undefined;
  }

  hasArrived(uid: number): boolean {
    const at = this.positionOf(uid);
    return at !== undefined && this.#arrived[at] === 1;
  }

  markArrived(uid: number): void {
    const at = this.positionOf(uid);
    if (at !== undefined) this.#arrived[at] = 1;
  }

  /** Puts in or replaces a message. Returns its position. */
  put(entry: MailboxEntry): number {
    const at = positionAtOrAfter(this.list(), entry.uid);
    if (at === this.#count || this.#uids[at] !== entry.uid) this.#open(at);
    this.#uids[at] = entry.uid;
    this.#flags[at] = entry.flags;
    this.#keywordSets[at] = this.#setIdOf(entry.keywords);
    this.#modseqs[at] = entry.modseq;
    this.#sizes[at] = entry.size;
    this.#dates[at] = entry.internalDate.getTime();
    return at;
  }

  /** Takes messages out. Returns those that were there, in rising order. */
  remove(uids: readonly number[]): readonly number[] {
    const gone = uids.filter((uid) => this.positionOf(uid) !== undefined).sort((one, other) => one - other);
    if (gone.length === 0) return gone;
    const positions = gone.map((uid) => this.positionOf(uid) ?? 0);
    this.#uids = this.#uids.slice();
    for (const column of this.#columns()) closeGaps(column, positions, this.#count);
    this.#count -= gone.length;
    return gone;
  }

  /** Makes room at a position; nearly always the last. */
  #open(at: number): void {
    if (this.#count === this.#uids.length) this.#grow(this.#count * 2);
    if (at < this.#count) {
      this.#uids = this.#uids.slice();
      for (const column of this.#columns()) column.copyWithin(at + 1, at, this.#count);
    }
    this.#arrived[at] = 0;
    this.#count += 1;
  }

  #columns(): readonly (Uint8Array | Uint32Array | Float64Array)[] {
    return [
      this.#uids,
      this.#flags,
      this.#keywordSets,
      this.#modseqs,
      this.#sizes,
      this.#dates,
      this.#arrived,
    ];
  }

  #grow(capacity: number): void {
    const before = this.#columns();
    this.#uids = new Uint32Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#keywordSets = new Uint32Array(capacity);
    this.#modseqs = new Float64Array(capacity);
    this.#sizes = new Uint32Array(capacity);
    this.#dates = new Float64Array(capacity);
    this.#arrived = new Uint8Array(capacity);
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
}

/** The first position whose UID is not below one; the count when there is none. */
export function positionAtOrAfter({ uids, count }: UidList, uid: number): number {
  if (count > 0 && (uids[count - 1] ?? 0) < uid) return count;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((uids[middle] ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function holds(list: UidList, uid: number): boolean {
  const at = positionAtOrAfter(list, uid);
  return at < list.count && list.uids[at] === uid;
}

/** Moves what lies between the removed positions, which rise, to the front. */
function closeGaps(
  column: Uint8Array | Uint32Array | Float64Array,
  removed: readonly number[],
  count: number,
): void {
  for (const [number, position] of removed.entries()) {
    column.copyWithin(position - number, position + 1, removed[number + 1] ?? count);
  }
}
