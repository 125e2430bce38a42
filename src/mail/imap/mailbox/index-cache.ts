import type { Mailbox } from '#app/ports/mail.ts';

import { MailboxIndex } from './mailbox-index.ts';

interface Kept {
  readonly index: MailboxIndex;
  sessions: number;
}

/**
 * The mailbox indexes of a process. The key holds the mailbox, its owner, its UIDVALIDITY, and where each reader has
 * his own `\Seen` the reader: an index is seen by nobody for whom it says something else (I10, CVE-2025-30189), nor
 * after a restore has given the UIDs another meaning (I9). Sessions of several accounts may share one; each asks for its
 * own right.
 */
export class IndexCache {
  /** In the order of their last release, oldest first. */
  readonly #kept = new Map<string, Kept>();
  readonly #idleMessagesMax: number;

  constructor(idleMessagesMax: number) {
    this.#idleMessagesMax = idleMessagesMax;
  }

  acquire(mailbox: Mailbox): MailboxIndex {
    const key = keyOf(mailbox);
    const kept = this.#kept.get(key) ?? {
      index: new MailboxIndex(mailbox.id, mailbox.uidValidity, mailbox.seenBy),
      sessions: 0,
    };
    kept.sessions += 1;
    this.#kept.set(key, kept);
    return kept.index;
  }

  release(mailbox: Mailbox): void {
    const key = keyOf(mailbox);
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    kept.sessions -= 1;
    if (kept.sessions > 0) return;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    this.#trim();
  }

  #trim(): void {
    const idle = [...this.#kept].filter(([, kept]) => kept.sessions === 0);
    let messages = idle.reduce((sum, [, kept]) => sum + kept.index.count, 0);
    for (const [key, kept] of idle) {
      if (messages <= this.#idleMessagesMax) return;
      this.#kept.delete(key);
      messages -= kept.index.count;
    }
  }
}

function keyOf(mailbox: Mailbox): string {
  return `${mailbox.accountId} ${mailbox.id} ${mailbox.uidValidity} ${mailbox.seenBy ?? ''}`;
}
