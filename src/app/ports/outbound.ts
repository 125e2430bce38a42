import type { HubEvent } from '#domain/event.ts';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import type { AttemptOutcome, OutboundDelivery } from '#domain/mail/outbound.ts';
import type { TraceEntry } from '#domain/mail/mail-trace.ts';

/** Rows for the outside recipients of one message. A row that is there already (same message, sender and recipient) stays. */
export interface EnqueueOutbound {
  readonly messageId: string;
  readonly envelope: MailEnvelope;
  readonly verifiedSender: boolean;
  readonly submittedBy: string | undefined;
  readonly at: Date;
  readonly expiresAt: Date;
  /** The recipients are ours and have it: only the report is owed. */
  readonly here?: boolean;
}

/** What leaves in one SMTP transaction: recipients at one domain of one message with one sender and the same demands. */
export interface ClaimedBatch {
  readonly claim: string;
  readonly messageId: string;
  readonly bytes: Buffer;
  readonly deliveries: readonly OutboundDelivery[];
}

/** One recipient after an attempt, as the use case has decided. */
export interface SettledDelivery {
  readonly id: number;
  readonly state: 'queued' | 'delivered' | 'failed';
  readonly outcome: AttemptOutcome;
  /** When it is still queued. */
  readonly nextAttemptAt: Date;
  /** The sender is told with this settlement: of the delay, or of the end. */
  readonly delayNotified: boolean;
  readonly notified: boolean;
}

/** What the queue may do inside one transaction. */
export interface OutboundTransaction {
  enqueue(input: EnqueueOutbound): Promise<void>;
  /** Fenced by the claim: rows that were leased to somebody else meanwhile are left alone; gives the ids it changed. */
  settle(claim: string, settled: readonly SettledDelivery[], at: Date): Promise<readonly number[]>;
  trace(entries: readonly TraceEntry[], at: Date): Promise<void>;
  record(events: readonly HubEvent[], at: Date): Promise<void>;
}

/** The outbound queue: PostgreSQL is its truth, jobs only wake it (threats F7). */
export interface OutboundQueue {
  /** Leases due deliveries of a domain until `leaseUntil`, oldest first; undefined when nothing is due. */
  claim(input: {
    readonly domain: string;
    readonly at: Date;
    readonly leaseUntil: Date;
    readonly recipientsMax: number;
  }): Promise<ClaimedBatch | undefined>;
  /** Moves the end of a lease that is still this worker's; does nothing where another has taken over. */
  renew(claim: string, until: Date): Promise<void>;
  /** Gives a lease back unused, for a worker that is closing. */
  release(claim: string): Promise<void>;
  /** Domains with something due, the longest waiting first: what a lost job queue owes. */
  dueDomains(at: Date, limit: number): Promise<readonly string[]>;
  transaction<Result>(work: (tx: OutboundTransaction) => Promise<Result>): Promise<Result>;
}

/** The way to other people's servers. Never throws for what a server or the network does: that is an outcome. */
export interface OutboundTransport {
  /** An outcome for each recipient, in their order. */
  send(message: OutboundMessage): Promise<readonly AttemptOutcome[]>;
}

export interface OutboundMessage {
  readonly bytes: Buffer;
  readonly domain: string;
  readonly sender: string;
  readonly recipients: readonly {
    readonly address: string;
    readonly notify?: readonly string[];
    readonly originalRecipient?: string;
  }[];
  readonly returnPart?: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly requireTls: boolean;
  readonly smtpUtf8: boolean;
}
