import type { MailboxTruth } from './mailbox-truth.ts';
import type { FetchedMessage, Untagged } from './untagged.ts';

export interface ViewedMessage {
  uid: number | undefined;
  flags: string | undefined;
  modseq: number | undefined;
}

/**
 * The selected mailbox as one client knows it from what it was told, and from nothing else: the list of sequence numbers
 * of RFC 9051, section 2.3.1.2. Every line is held against it and against the truth.
 */
export class SessionView {
  readonly truth: MailboxTruth;
  messages: ViewedMessage[] = [];
  highestModseq = 0;
  /** Whether EXISTS was told since the SELECT. */
  isOpen = false;

  /** What somebody knew to be gone when the SELECT was sent: no answer may bring it back. */
  readonly #gone: ReadonlySet<number>;

  constructor(truth: MailboxTruth) {
    this.truth = truth;
    this.#gone = truth.goneUids();
  }

  /** What a client that comes back with QRESYNC remembers (RFC 7162, section 3.2.5). */
  remembered(): readonly ViewedMessage[] | undefined {
    return this.messages.every(({ uid, flags }) => uid !== undefined && flags !== undefined)
      ? this.messages.map((message) => ({ ...message }))
      : undefined;
  }

  take(told: Untagged, mayExpunge: boolean): void {
    switch (told.kind) {
      case 'exists':
        return this.#exists(told.count);
      case 'expunge':
        if (!mayExpunge) throw this.#fault('EXPUNGE during FETCH, STORE or SEARCH');
        return this.#expunge(told.sequence);
      case 'vanished':
        if (!told.earlier && !mayExpunge) throw this.#fault('VANISHED during FETCH, STORE or SEARCH');
        return this.#vanished(told.uids, told.earlier);
      case 'fetch':
        return this.#fetched(told.sequence, told.message);
      case 'code':
        return this.#code(told.name, told.value);
      case 'search':
      case 'status':
      case 'bye':
      case 'other':
    }
  }

  sequenceOf(uid: number): number | undefined {
    const at = this.messages.findIndex((message) => message.uid === uid);
    return at < 0 ? undefined : at + 1;
  }

  #exists(count: number): void {
    if (count < this.messages.length)
      throw this.#fault(`EXISTS ${count} after ${this.messages.length} without EXPUNGE`);
    while (this.messages.length < count)
      this.messages.push({ uid: undefined, flags: undefined, modseq: undefined });
    this.isOpen = true;
  }

  #expunge(sequence: number): void {
    const [message] = this.messages.splice(sequence - 1, 1);
    if (message === undefined) throw this.#fault(`EXPUNGE ${sequence} of ${this.messages.length}`);
    if (message.uid !== undefined) this.truth.gone(message.uid);
  }

  #vanished(uids: readonly number[], earlier: boolean): void {
    const gone = new Set(uids);
    for (const uid of uids) if (!earlier || this.truth.messages.has(uid)) this.truth.gone(uid);
    // Those whose UID the client does not know yet may be among them: it learns their UIDs by the next FETCH.
    const unknown = uids.filter((uid) => this.sequenceOf(uid) === undefined).length;
    this.messages = this.messages.filter(({ uid }) => uid === undefined || !gone.has(uid));
    if (earlier || unknown === 0) return;
    const firstUnknown = this.messages.findIndex(({ uid }) => uid === undefined);
    if (firstUnknown < 0) throw this.#fault(`VANISHED ${uids.join()} of messages that were never told`);
    // Which of the unknown ones they were the client cannot tell: from there on it knows how many there are, no more.
    const left = this.messages.length - unknown;
    this.messages.length = firstUnknown;
    this.#exists(left);
  }

  #fetched(sequence: number, { uid, flags, modseq }: FetchedMessage): void {
    const message = this.messages[sequence - 1];
    if (message === undefined) throw this.#fault(`FETCH ${sequence} of ${this.messages.length}`);
    if (uid !== undefined) this.#isUid(sequence, message, uid);
    if (modseq !== undefined && message.modseq !== undefined && modseq < message.modseq)
      throw this.#fault(`MODSEQ of ${sequence} went from ${message.modseq} back to ${modseq}`);
    message.flags = flags ?? message.flags;
    // Flags without their MODSEQ belong to no known one.
    message.modseq = modseq ?? (flags === undefined ? message.modseq : undefined);
    if (message.uid !== undefined) this.truth.reported(message.uid, modseq, flags);
  }

  #isUid(sequence: number, message: ViewedMessage, uid: number): void {
    if (message.uid !== undefined && message.uid !== uid)
      throw this.#fault(`${sequence} is UID ${uid} and was ${message.uid}`);
    if (this.#gone.has(uid)) throw this.#fault(`UID ${uid} was expunged before and is shown as ${sequence}`);
    message.uid = uid;
    this.truth.message(uid);
    const below = this.messages.slice(0, sequence - 1).findLast((other) => other.uid !== undefined)?.uid ?? 0;
    const above = this.messages.slice(sequence).find((other) => other.uid !== undefined)?.uid ?? Infinity;
    if (uid <= below || uid >= above)
      throw this.#fault(`UID ${uid} of ${sequence} does not lie between ${below} and ${above}`);
  }

  #code(name: string, value: string): void {
    if (name === 'UIDVALIDITY') {
      this.truth.uidValidity ??= Number(value);
      if (this.truth.uidValidity !== Number(value)) throw this.#fault(`UIDVALIDITY has become ${value}`);
    }
    if (name === 'UIDNEXT' && Number(value) <= (this.messages.at(-1)?.uid ?? 0))
      throw this.#fault(`UIDNEXT ${value} is below a message`);
    if (name === 'HIGHESTMODSEQ') {
      if (Number(value) < this.highestModseq)
        throw this.#fault(`HIGHESTMODSEQ went from ${this.highestModseq} back to ${value}`);
      this.highestModseq = Number(value);
    }
  }

  #fault(text: string): Error {
    return new Error(`${this.truth.name}: ${text}`);
  }
}
