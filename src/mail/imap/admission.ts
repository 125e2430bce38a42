import type { ImapLimits } from './imap-limits.ts';

/**
 * Who may be connected, and how much of their literals may be in memory. Strangers are counted by address; those who
 * have signed in by account, since an office of two hundred sits behind one address (threats §2).
 */
export class Admission {
  readonly #limits: ImapLimits;
  readonly #counts = new Map<string, number>();
  #literalBytes = 0;

  constructor(limits: ImapLimits) {
    this.#limits = limits;
  }

  /** Returns how to leave again, which may be called twice; undefined when there are too many. */
  arrive(remoteAddress: string): (() => void) | undefined {
    return this.#enter([[`stranger ${remoteAddress}`, this.#limits.unauthenticatedPerAddressMax]]);
  }

  signIn(accountId: string, remoteAddress: string): (() => void) | undefined {
    return this.#enter([
      [`account ${accountId}`, this.#limits.connectionsPerAccountMax],
      [`account ${accountId} at ${remoteAddress}`, this.#limits.connectionsPerAccountAndAddressMax],
    ]);
  }

  /** False when the process already holds as much as it may. */
  holdLiteral(bytes: number): boolean {
    if (this.#literalBytes + bytes > this.#limits.literalBytesInFlightMax) return false;
    this.#literalBytes += bytes;
    return true;
  }

  releaseLiteral(bytes: number): void {
    this.#literalBytes -= bytes;
  }

  #enter(places: readonly (readonly [string, number])[]): (() => void) | undefined {
    if (places.some(([key, max]) => (this.#counts.get(key) ?? 0) >= max)) return undefined;
    for (const [key] of places) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      for (const [key] of places) {
        const left = (this.#counts.get(key) ?? 1) - 1;
        if (left > 0) this.#counts.set(key, left);
        else this.#counts.delete(key);
      }
    };
  }
}
