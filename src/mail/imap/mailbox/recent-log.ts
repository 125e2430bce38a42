/** Entries kept before the older half is forgotten. */
const entriesMax = 4096;

/**
 * What happened last, each with a rising mark, so that a session asks for what came after the mark it has seen and
 * nobody looks through the whole mailbox. Marks before `floor` are forgotten.
 */
export class RecentLog {
  #uids: number[] = [];
  #marks: number[] = [];
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  add(mark: number, uid: number): void {
    if (this.#uids.length === entriesMax) this.#forgetHalf();
    this.#marks.push(mark);
    this.#uids.push(uid);
  }

  /** Forgets everything up to a mark. */
  restart(floor: number): void {
    this.#uids = [];
    this.#marks = [];
    this.#floor = floor;
  }

  /** UIDs of the entries after a mark, in the order they were added; undefined where some are forgotten. */
  after(mark: number): readonly number[] | undefined {
    if (mark < this.#floor) return undefined;
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle] ?? 0) <= mark) low = middle + 1;
      else high = middle;
    }
    return this.#uids.slice(low);
  }

  #forgetHalf(): void {
    const half = entriesMax / 2;
    this.#floor = this.#marks[half - 1] ?? this.#floor;
    this.#marks = this.#marks.slice(half);
    this.#uids = this.#uids.slice(half);
  }
}
