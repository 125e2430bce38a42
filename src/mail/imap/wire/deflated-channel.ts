import { Duplex } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib';

import type { Channel } from './channel.ts';

export interface InflateLimits {
  /** Octets that may come out whatever went in. */
  readonly inflatedBytesFree: number;
  /** Beyond those, so many octets may come out for each that went in. */
  readonly inflationRatioMax: number;
}

/** Made at a time. What lies inflated ahead of the reader is what two streams buffer, well under 128 KiB. */
const chunkBytes = 8 * 1024;

/**
 * A connection whose octets are deflated both ways (RFC 4978, RFC 1951). It inflates only as far as the reader takes,
 * so that a bomb waits compressed on the client's side, and gives up on input that inflates out of proportion. What is
 * written leaves at once (`Z_SYNC_FLUSH`); a write is done when the socket has taken it, so that a slow reader holds
 * up the writer here too.
 */
export class DeflatedChannel extends Duplex implements Channel {
  readonly #inner: Channel;
  readonly #inflate: InflateRaw;
  readonly #deflate: DeflateRaw;
  readonly #limits: InflateLimits;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(inner: Channel, limits: InflateLimits) {
    super({ allowHalfOpen: true, readableHighWaterMark: chunkBytes, writableHighWaterMark: chunkBytes });
    this.#inner = inner;
    this.#limits = limits;
    this.#inflate = createInflateRaw({ chunkSize: chunkBytes });
    // A small window and memory: a thousand connections are held at a time.
    this.#deflate = createDeflateRaw({ chunkSize: chunkBytes, windowBits: 13, memLevel: 6 });
    this.#read();
    this.#write();
    inner.on('data', this.#take);
    inner.on('end', () => this.#inflate.end());
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
    inner.resume();
  }

  /** Ends both ways once everything written has left. */
  destroySoon(): void {
    this.end(() => this.#inner.destroySoon());
  }

  #read(): void {
    this.#inflate.on('data', (piece: Buffer) => {
      this.#bytesOut += piece.length;
      const { inflatedBytesFree, inflationRatioMax } = this.#limits;
      if (this.#bytesOut > inflatedBytesFree + inflationRatioMax * this.#bytesIn) {
        this.destroy();
        return;
      }
      if (!this.push(piece)) this.#inflate.pause();
    });
    this.#inflate.on('end', () => this.push(null));
    this.#inflate.on('error', () => this.destroy());
  }

  #write(): void {
    this.#deflate.on('data', (piece: Buffer) => {
      if (this.#inner.write(piece)) return;
      this.#deflate.pause();
      this.#inner.once('drain', () => this.#deflate.resume());
    });
    this.#deflate.on('end', () => this.#inner.end());
    this.#deflate.on('error', (error) => this.destroy(error));
  }

  readonly #take = (octets: Buffer): void => {
    this.#bytesIn += octets.length;
    if (this.#inflate.write(octets)) return;
    this.#inner.pause();
    this.#inflate.once('drain', () => this.#inner.resume());
  };

  override _read(): void {
    if (this.#inflate.isPaused()) this.#inflate.resume();
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#deflate.write(octets);
    this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
      if (!this.#inner.writableNeedDrain) done();
      else this.#inner.once('drain', () => done());
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#deflate.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inflate.destroy();
    this.#deflate.destroy();
    this.#inner.destroy();
    done(error);
  }
}
