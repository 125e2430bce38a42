import type { Authentication } from './authentication.ts';

/** The steps of a message's life, in the order in which they may come. */
export type TraceStep =
  | 'received' // the MX door took it
  | 'submitted' // an account sent it
  | 'held' // waits for a moderator, a scanner, an hour of the sending limit, or its time
  | 'released'
  | 'refused' // by a moderator, or a recipient who may not be written to
  | 'delivered' // into mailboxes here
  | 'queued' // for outside recipients
  | 'deferred' // an outside server did not take it yet
  | 'relayed' // an outside server took it
  | 'failed' // given up
  | 'cancelled' // by an administrator or its sender
  | 'reported' // a delivery status notification went to the sender
  | 'answered'; // an absence reply went to the sender

/** One step, as it is written in the transaction that made it true. */
export interface TraceEntry {
  readonly step: TraceStep;
  readonly messageId?: string;
  /** The id of the SMTP transaction, as in Received. */
  readonly traceId?: string;
  readonly messageIdHeader?: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** The account that sent it; absent for mail from outside. */
  readonly submittedBy?: string;
  readonly detail: TraceDetail;
}

/** What else is known of a step; metadata, never content. */
export interface TraceDetail {
  readonly clientAddress?: string;
  readonly bytes?: number;
  readonly authentication?: Authentication;
  /** Number of mailboxes here. */
  readonly mailboxes?: number;
  /** An enhanced status code and the words of the other server. */
  readonly status?: string;
  readonly reply?: string;
  readonly host?: string;
  readonly tls?: boolean;
  readonly reason?: string;
  readonly nextAttemptAt?: string;
}
