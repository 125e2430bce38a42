import type { Mailbox } from '#app/ports/mail.ts';
import type { Octets } from '#mail/imap/wire/encode.ts';

/** What never changes of a message, as FETCH writes it. */
export interface EncodedMessage {
  envelope?: Octets;
  structure?: Octets;
  extendedStructure?: Octets;
}

/** What the map itself takes for an entry, in octets. */
const entryBytes = 200;

/**
 * ENVELOPE and BODYSTRUCTURE that have been written once, for all sessions of the process; what was used longest ago goes
 * first. A message keeps its UID as long as the mailbox keeps its UIDVALIDITY, and its octets for good. Only for
 * mailboxes of the account that asks: for any other the store asks for the right with each read (threats I10).
 */
export class EncodedCache {
  readonly #kept = new Map<string, EncodedMessage>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(mailbox: Mailbox, uid: number): EncodedMessage | undefined {
    const key = keyOf(mailbox, uid);
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found;
  }

  /** Adds to what is kept of the message. */
  add(mailbox: Mailbox, uid: number, encoded: EncodedMessage): void {
    const key = keyOf(mailbox, uid);
    const before = this.#kept.get(key);
    if (before !== undefined) this.#bytes -= sizeOf(key, before);
    const merged = { ...before, ...encoded };
    this.#kept.delete(key);
    this.#kept.set(key, merged);
    this.#bytes += sizeOf(key, merged);
    for (const [oldest, message] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#kept.delete(oldest);
      this.#bytes -= sizeOf(oldest, message);
    }
  }
}

function keyOf({ id, uidValidity }: Mailbox, uid: number): string {
  return `${id} ${uidValidity} ${uid}`;
}

function sizeOf(key: string, { envelope, structure, extendedStructure }: EncodedMessage): number {
  const octets = (envelope?.length ?? 0) + (structure?.length ?? 0) + (extendedStructure?.length ?? 0);
  return entryBytes + key.length + octets;
}
