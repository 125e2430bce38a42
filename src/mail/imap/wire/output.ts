import type { Channel } from './channel.ts';
import type { Octets } from './encode.ts';

/** The client has gone, or takes nothing any more; it unwinds the command and is no fault. */
export class ConnectionClosed extends Error {
  constructor() {
    super('The connection is closed');
    this.name = 'ConnectionClosed';
  }
}

export interface OutputMark {
  readonly flushes: number;
  readonly pieces: number;
}

/**
 * What goes to the client. `write` only collects; `flush` hands it to the socket and waits until the socket has room,
 * so that a slow reader of a large FETCH holds one chunk of memory and not the message (I8).
 */
export class Output {
  #socket: Channel;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #flushes = 0;
  readonly #writeStallMs: number;

  constructor(socket: Channel, writeStallMs: number) {
    this.#socket = socket;
    this.#writeStallMs = writeStallMs;
  }

  /** After STARTTLS, and when compression begins. */
  useSocket(socket: Channel): void {
    this.#socket = socket;
  }

  /** Without its CRLF. */
  line(text: Octets): void {
    this.write(`${text}\r\n`);
  }

  write(octets: Octets | Buffer): void {
    const piece = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets;
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
  }

  /** Octets written and not flushed. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** A place to go back to with `takeBack`. */
  mark(): OutputMark {
    return { flushes: this.#flushes, pieces: this.#pending.length };
  }

  /** Undoes every write since the mark; false when some of it may have left already. */
  takeBack(mark: OutputMark): boolean {
    if (mark.flushes !== this.#flushes) return false;
    this.#pending.length = mark.pieces;
    this.#pendingBytes = this.#pending.reduce((sum, piece) => sum + piece.length, 0);
    return true;
  }

  /** Throws `ConnectionClosed`. */
  async flush(): Promise<void> {
    const octets = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#flushes += 1;
    if (this.#socket.destroyed || !this.#socket.writable) throw new ConnectionClosed();
    if (octets.length === 0 || this.#socket.write(octets)) return;
    await this.#drained();
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const stalled = setTimeout(() => socket.destroy(), this.#writeStallMs);
      const settle = (): void => {
        clearTimeout(stalled);
        socket.off('drain', settle);
        socket.off('close', settle);
        if (socket.destroyed) reject(new ConnectionClosed());
        else resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }
}
