import type { Duplex } from 'node:stream';

/** What a connection reads and writes: a socket, TLS on it, or compression on that. */
export interface Channel extends Duplex {
  /** Closes once everything written has left. */
  destroySoon(): void;
}
