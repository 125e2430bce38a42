import { flagsKey } from './untagged.ts';

export type FlagChange = 'replace' | 'add' | 'remove';

/** A STORE that was sent for a message. */
export interface FlagOperation {
  readonly change: FlagChange;
  readonly flags: readonly string[];
  /** What the server answered; undefined while that is unknown. */
  modseq: number | undefined;
  readonly unchangedSince?: number;
}

/** One message of one mailbox, as all sessions together know it. */
export interface MessageTruth {
  /** Which of the sent messages it is; undefined until an answer or its octets have told. */
  token: string | undefined;
  /** Flags by mod-sequence, of every report to any session. */
  readonly history: Map<number, string>;
  readonly operations: FlagOperation[];
  /** A MOVE was sent for it, or what `isDeletable` says. */
  mayBeGone: boolean;
  /** It was flagged \\Deleted by a command that was sent, so that anyone's EXPUNGE takes it out. */
  isDeletable: boolean;
  /** A session has been told, or an answer implies, that it is out. */
  isGone: boolean;
  /** The answer to the command that made it has come, so that what may have become of it is known. */
  isKnown: boolean;
}

/**
 * What is known for sure of one mailbox: UIDs and what they are, what may have become of them, and flags by
 * mod-sequence. It is fed by what the sessions send and hear, and it refuses what contradicts it.
 */
export class MailboxTruth {
  readonly name: string;
  readonly messages = new Map<number, MessageTruth>();
  uidValidity: number | undefined;
  /** Of every UID and mod-sequence in any answer. */
  highestUid = 0;
  highestModseq = 0;

  constructor(name: string) {
    this.name = name;
  }

  message(uid: number): MessageTruth {
    let message = this.messages.get(uid);
    if (message === undefined) {
      message = {
        token: undefined,
        history: new Map(),
        operations: [],
        mayBeGone: false,
        isDeletable: false,
        isGone: false,
        isKnown: false,
      };
      this.messages.set(uid, message);
      this.highestUid = Math.max(this.highestUid, uid);
    }
    return message;
  }

  /** An answer says that a message was made here. `above` is what the highest UID was when the command was sent. */
  created(uid: number, token: string | undefined, above: number): void {
    if (uid <= above) throw new Error(`${this.name}: the new UID ${uid} is not above ${above}`);
    this.message(uid).isKnown = true;
    this.isToken(uid, token);
  }

  isToken(uid: number, token: string | undefined): void {
    if (token === undefined) return;
    const message = this.message(uid);
    message.token ??= token;
    if (message.token !== token)
      throw new Error(`${this.name}: UID ${uid} is ${token} and was ${message.token}`);
  }

  /** A session hears of flags at a mod-sequence: the same ones as everybody else. */
  reported(uid: number, modseq: number | undefined, flags: string | undefined): void {
    const message = this.message(uid);
    if (modseq === undefined || modseq === 0) return;
    this.highestModseq = Math.max(this.highestModseq, modseq);
    if (flags === undefined) return;
    const before = message.history.get(modseq);
    if (before !== undefined && before !== flags)
      throw new Error(`${this.name}: UID ${uid} at ${modseq} has (${flags}) and had (${before})`);
    message.history.set(modseq, flags);
  }

  gone(uid: number): void {
    this.message(uid).isGone = true;
  }

  goneUids(): ReadonlySet<number> {
    return new Set([...this.messages].filter(([, { isGone }]) => isGone).map(([uid]) => uid));
  }

  /** Messages that must be here whatever the other sessions do. */
  certain(): readonly number[] {
    return [...this.messages].filter(([uid]) => this.isCertain(uid)).map(([uid]) => uid);
  }

  isCertain(uid: number): boolean {
    const { isKnown, mayBeGone, isGone } = this.message(uid);
    return isKnown && !mayBeGone && !isGone;
  }

  /** At the end, when every command is answered: what has gone was taken out by somebody, and the rest is there. */
  checkPresence(present: readonly number[]): void {
    const here = new Set(present);
    for (const [uid, { isKnown, mayBeGone, isGone }] of this.messages) {
      if (isGone && here.has(uid)) throw new Error(`${this.name}: UID ${uid} was gone and is back`);
      if (!isKnown || mayBeGone) continue;
      if (isGone || !here.has(uid))
        throw new Error(`${this.name}: UID ${uid} is gone and nobody took it out`);
    }
  }

  /** Every change of flags that was seen is one that somebody asked for. */
  checkHistories(): void {
    for (const [uid, message] of this.messages) {
      const modseqs = new Set(message.history.keys());
      for (const { modseq } of message.operations) if (modseq !== undefined) modseqs.add(modseq);
      this.#checkHistory(
        uid,
        message,
        [...modseqs].sort((left, right) => left - right),
      );
    }
  }

  #checkHistory(uid: number, message: MessageTruth, modseqs: readonly number[]): void {
    // A change whose mod-sequence nobody learned may lie between any two.
    if (message.operations.some(({ modseq }) => modseq === undefined)) return;
    let before: { modseq: number; flags: string } | undefined;
    for (const modseq of modseqs) {
      const flags = message.history.get(modseq);
      if (before !== undefined) {
        const from = before;
        const results = message.operations
          .filter((operation) => operation.modseq === modseq)
          .filter(({ unchangedSince }) => unchangedSince === undefined || from.modseq <= unchangedSince)
          .map((operation) => applied(operation, from.flags));
        if (flags !== undefined && !results.includes(flags))
          throw new Error(
            `${this.name}: UID ${uid} went from (${from.flags}) at ${from.modseq} to (${flags}) at ${modseq}, which nobody asked for`,
          );
        const result = flags ?? results[0];
        before = result === undefined ? undefined : { modseq, flags: result };
      } else if (flags !== undefined) before = { modseq, flags };
    }
  }
}

/** The flags after a change; keywords and flags are compared without case. */
export function applied({ change, flags }: FlagOperation, before: string): string {
  const asked = flags.map((flag) => flag.toLowerCase());
  const had = before.split(' ');
  switch (change) {
    case 'replace':
      return flagsKey(asked);
    case 'add':
      return flagsKey([...had, ...asked]);
    case 'remove':
      return flagsKey(had.filter((flag) => !asked.includes(flag)));
  }
}
