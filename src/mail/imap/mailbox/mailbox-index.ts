import type {
  MailAccess,
  MailboxChanges,
  MailboxEntry,
  MailboxStanding,
  StoredFlags,
} from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';

import { holds, type IndexRow, MessageColumns, positionAtOrAfter, type UidList } from './message-columns.ts';
import { RecentLog } from './recent-log.ts';

export type { IndexRow } from './message-columns.ts';

/** The mailbox is no longer the one that was opened: deleted, or restored under another UIDVALIDITY. */
export class MailboxReplaced extends Error {
  constructor() {
    super('The mailbox has been replaced');
    this.name = 'MailboxReplaced';
  }
}

/**
 * What all sessions that see one mailbox alike share of it: UID, flags, modseq, size and date of each message. It only
 * moves forward, by what the store names as changed after its mod-sequence, so that a SELECT of a known mailbox costs
 * what has changed and not what is there.
 */
export class MailboxIndex {
  readonly mailboxId: string;
  readonly uidValidity: number;
  readonly #seenBy: string | undefined;
  readonly #columns = new MessageColumns();
  /** By mod-sequence. */
  readonly #changes = new RecentLog(Number.POSITIVE_INFINITY);
  /** By the number of the departure. */
  readonly #departures = new RecentLog(0);
  #highestModseq = 0;
  #uidNext = 1;
  #expungeCount = 0;
  /** Every message before this position is seen; later ones may be. */
  #seenUntil = 0;
  #loaded = false;
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;

  constructor(mailboxId: string, uidValidity: number, seenBy?: string) {
    this.mailboxId = mailboxId;
    this.uidValidity = uidValidity;
    this.#seenBy = seenBy;
  }

  get count(): number {
    return this.#columns.count;
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
    return this.#columns.keywords;
  }

  get keywordCount(): number {
    return this.#columns.keywordCount;
  }

  /** The UIDs as they are now; what the index does later leaves the list as it is. */
  list(): UidList {
    return this.#columns.list();
  }

  row(uid: number): IndexRow | undefined {
    return this.#columns.row(uid);
  }

  /** The first message, by UID, that is not seen. What was found seen once is not looked at again. */
  firstUnseen(): number | undefined {
    const { count } = this;
    while (this.#seenUntil < count && (this.#columns.flagsAt(this.#seenUntil) & flagBit.seen) !== 0)
      this.#seenUntil += 1;
    return this.#seenUntil < count ? this.#columns.uidAt(this.#seenUntil) : undefined;
  }

  /** Whether the mailbox stood here when it was read, so that there is nothing to ask for. */
  isAt({ highestModseq, uidNext }: MailboxStanding): boolean {
    return this.#loaded && this.#highestModseq === highestModseq && this.#uidNext === uidNext;
  }

  /**
   * Takes over what a STORE has just made of messages. Returns whether the index is then where the mailbox was after
   * it: not when others have changed something before, which only `refresh` brings.
   */
  learn({ entries, changed, highestModseq }: StoredFlags): boolean {
    if (!this.#loaded || this.#seenBy !== undefined) return false;
    if (highestModseq <= this.#highestModseq) return true;
    if (!changed || highestModseq !== this.#highestModseq + 1) return false;
    this.#moveOn(
      entries.filter(({ modseq }) => modseq === highestModseq),
      highestModseq,
    );
    return true;
  }

  /** Messages whose receipt "arrived" this process has not looked after yet. */
  withoutArrival(uids: readonly number[]): readonly number[] {
    return uids.filter((uid) => !this.#columns.hasArrived(uid));
  }

  markArrived(uids: readonly number[]): void {
    for (const uid of uids) this.#columns.markArrived(uid);
  }

  /** UIDs of messages that came or whose flags moved after a mod-sequence, ascending. */
  uidsChangedAfter(modseq: number): readonly number[] {
    const recent = this.#changes.after(modseq);
    if (recent !== undefined) {
      return [...new Set(recent)]
        .filter((uid) => this.row(uid) !== undefined)
        .sort((one, other) => one - other);
    }
    const changed: number[] = [];
    for (let at = 0; at < this.count; at += 1) {
      if (this.#columns.modseqAt(at) > modseq) changed.push(this.#columns.uidAt(at));
    }
    return changed;
  }

  /** UIDs of a view's list that are not there any more, when it has been told of `told` departures; ascending. */
  departedFrom(list: UidList, told: number): readonly number[] {
    const recent = this.#departures.after(told);
    if (recent !== undefined) {
      return recent.filter((uid) => holds(list, uid)).sort((one, other) => one - other);
    }
    return Array.from(list.uids.subarray(0, list.count)).filter((uid) => this.row(uid) === undefined);
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
    if (this.#loaded) {
      const standing = await access.standing(this.mailboxId);
      this.#requireSame(standing);
      if (this.isAt(standing)) return;
    }
    const changes = await this.#ask(access, this.#loaded ? this.#highestModseq : 0);
    if (changes.expunged !== undefined) return this.#apply(changes, changes.expunged);
    // The log of expunged messages does not reach back to where the index was: what is there now tells who has gone.
    const whole = await this.#ask(access, 0);
    const present = new Set(whole.entries.map((entry) => entry.uid));
    const { uids, count } = this.list();
    this.#apply(
      whole,
      Array.from(uids.subarray(0, count)).filter((uid) => !present.has(uid)),
    );
  }

  async #ask(access: MailAccess, modseq: number): Promise<MailboxChanges> {
    const changes = await access.changesSince(this.mailboxId, modseq);
    this.#requireSame(changes.mailbox);
    return changes;
  }

  /** When whose \Seen it shows has changed, flags of one reader must not get into what others read. */
  #requireSame({ uidValidity, seenBy }: MailboxStanding): void {
    if (uidValidity !== this.uidValidity || seenBy !== this.#seenBy) throw new MailboxReplaced();
  }

  #apply({ mailbox, entries }: MailboxChanges, expunged: readonly number[]): void {
    const moved = entries.filter((entry) => entry.modseq > this.#highestModseq);
    for (const uid of this.#columns.remove(expunged)) {
      this.#expungeCount += 1;
      this.#departures.add(this.#expungeCount, uid);
      this.#seenUntil = Math.min(this.#seenUntil, positionAtOrAfter(this.list(), uid));
    }
    this.#uidNext = Math.max(this.#uidNext, mailbox.uidNext);
    this.#moveOn(moved, Math.max(mailbox.highestModseq, ...topModseq(moved)));
  }

  #moveOn(moved: readonly MailboxEntry[], highestModseq: number): void {
    for (const entry of moved) this.#put(entry);
    this.#highestModseq = Math.max(this.#highestModseq, highestModseq);
    if (this.#loaded) {
      const inOrder = moved.toSorted((one, other) => one.modseq - other.modseq);
      for (const { modseq, uid } of inOrder) this.#changes.add(modseq, uid);
    } else {
      this.#loaded = true;
      this.#changes.restart(this.#highestModseq);
    }
  }

  #put(entry: MailboxEntry): void {
    const at = this.#columns.put(entry);
    if ((entry.flags & flagBit.seen) === 0) this.#seenUntil = Math.min(this.#seenUntil, at);
  }
}

function topModseq(entries: readonly MailboxEntry[]): readonly number[] {
  const top = entries.reduce((highest, { modseq }) => Math.max(highest, modseq), 0);
  return top === 0 ? [] : [top];
}
