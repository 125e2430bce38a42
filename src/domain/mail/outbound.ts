import type { Notify } from './envelope.ts';

export type OutboundState = 'queued' | 'held' | 'delivered' | 'failed' | 'cancelled';

/** In place of a domain: the recipient is here and has the message; what is owed is the report that the sender asked for. */
export const hereDomain = '';

/** One outside recipient of one message, and how far its delivery is; or one of ours, with `hereDomain`. */
export interface OutboundDelivery {
  readonly id: number;
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly domain: string;
  readonly state: OutboundState;
  readonly attempts: number;
  readonly queuedAt: Date;
  readonly nextAttemptAt: Date;
  readonly expiresAt: Date;
  readonly notify?: readonly Notify[];
  readonly originalRecipient?: string;
  readonly returnPart?: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly requireTls: boolean;
  readonly smtpUtf8: boolean;
  /** Only then is its sender told of anything (threats S17). */
  readonly verifiedSender: boolean;
  readonly submittedBy?: string;
  readonly lastStatus?: string;
  readonly lastReply?: string;
  readonly lastHost?: string;
  readonly delayNotifiedAt?: Date;
}

/** What an attempt came to for one recipient. */
export type AttemptOutcome =
  | {
      readonly kind: 'delivered';
      readonly status: string;
      readonly reply: string;
      /** Absent when it went into a mailbox here. */
      readonly host?: string;
      readonly tls: boolean;
      /** The next server took over the duty to report success (RFC 3461, section 5.2.2). */
      readonly dsn: boolean;
    }
  | {
      readonly kind: 'deferred' | 'failed';
      /** Enhanced status code (RFC 3463). */
      readonly status: string;
      readonly reply: string;
      readonly host?: string;
      readonly tls: boolean;
    };
