const EMPTY = Buffer.alloc(0);
const CAPACITY_MIN_BYTES = 1024;
const CR = 13;
const LF = 10;

/**
 * Octets in order, in one buffer that doubles: a sender of single octets costs as much as one of large blocks, and an
 * empty queue holds no memory, which counts with ten thousand idle connections.
 */
export class OctetQueue {
  #buffer: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  /** Before this, no CRLF ends; it keeps the search for one linear. */
  #searched = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(octets: Buffer): void {
    if (octets.length === 0) return;
    if (this.#end + octets.length > this.#buffer.length) this.#makeRoom(octets.length);
    octets.copy(this.#buffer, this.#end);
    this.#end += octets.length;
  }

  /** A copy of the first octets, which leave the queue; all of them at once without a copy when it empties. */
  take(length: number): Buffer {
    const from = this.#start;
    this.#start += length;
    this.#searched = Math.max(0, this.#searched - length);
    const taken = this.#buffer.subarray(from, this.#start);
    if (this.#start < this.#end) return Buffer.from(taken);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#start = 0;
    this.#end = 0;
    this.#searched = 0;
  }

  /** The length of the first line with its CRLF, or undefined while none is complete. */
  lineLength(): number | undefined {
    let from = this.#start + this.#searched;
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(LF, from);
      if (at < 0) break;
      if (at > this.#start && this.#buffer[at - 1] === CR) return at + 1 - this.#start;
      from = at + 1;
    }
    this.#searched = this.length;
    return undefined;
  }

  #makeRoom(bytes: number): void {
    const kept = this.length;
    const capacity = Math.max(CAPACITY_MIN_BYTES, kept + bytes, kept * 2);
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(grown, 0, this.#start, this.#end);
    this.#buffer = grown;
    this.#start = 0;
    this.#end = kept;
  }
}
