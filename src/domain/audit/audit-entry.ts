/** A fact of the audit (nhật ký kiểm toán), before it is chained. Hashes are SHA-256 in hex, times ISO 8601 in UTC. */
export interface AuditFacts {
  /** Over all chains, from 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  /** The event's type; of an administrative change its act; `mail.batch` for many events of mail at once. */
  readonly action: string;
  /** The organ of who did it, or `hub`. */
  readonly chain: string;
  readonly accountId?: string;
  /** The address at that time, or who else did it: `operator`, `hub`. */
  readonly actor?: string;
  readonly onBehalfOf?: string;
  readonly object?: string;
  readonly ip?: string;
  /** The entry covers the events of these types at these positions of the log. */
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly types: readonly string[];
  readonly eventCount: number;
  readonly eventsHash: string;
  readonly beforeHash?: string;
  readonly afterHash?: string;
}

/** Chained: its hash is over the hash before it in its chain and over everything it says. */
export interface AuditEntry extends AuditFacts {
  /** From 1, without gaps, in its chain. */
  readonly chainSeq: number;
  readonly prevHash: string;
  readonly hash: string;
}

export interface ChainHead {
  readonly chainSeq: number;
  readonly hash: string;
}

/** Before the first entry of a chain. */
export const chainStart: ChainHead = { chainSeq: 0, hash: '0'.repeat(64) };

/** The chain of what no organ did. */
export const hubChain = 'hub';

/** The heads of all chains at the end of a day, chained themselves. Exported, it binds everything before it. */
export interface AuditAnchor {
  /** The day that has ended, in the province. */
  readonly day: string;
  readonly at: string;
  readonly seq: number;
  readonly position: number;
  readonly heads: Readonly<Record<string, ChainHead>>;
  readonly prevHash: string;
  readonly hash: string;
}

/**
 * Events that come by the thousand and say nothing that the mail trace does not say better. Many of them are one entry,
 * whose hash is over all of them; which types it covers is written in it, so that this list may change.
 */
export const batchedTypes: ReadonlySet<string> = new Set([
  'mail.delivered',
  'mail.queued',
  'mailbox.changed',
  'outbound.settled',
  'absence.due',
  'assignment.arrived',
]);
