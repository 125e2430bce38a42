import type { OutboundDelivery, OutboundState } from '#domain/mail/outbound.ts';
import type { Page } from './hub-store.ts';
import type { OutboundTransaction } from './outbound.ts';

/** One outside recipient as it is shown: metadata, nothing of the message. */
export interface OutboundEntry extends OutboundDelivery {
  /** Octets of the message. */
  readonly size: number;
  /** A worker has it at this moment. */
  readonly sending: boolean;
  /** Content: for who submitted it, nobody else. */
  readonly subject?: string;
  readonly settledAt?: Date;
  /** Its sender was told of the end. */
  readonly notifiedAt?: Date;
}

export interface OutboundFilter {
  readonly state?: OutboundState;
  /** Whether its end has come: delivered, failed or cancelled. */
  readonly ended?: boolean;
  readonly domain?: string;
  readonly sender?: string;
  readonly recipient?: string;
  readonly submittedBy?: string;
}

/** A delivery as it is now, with what it was under the same lock. */
export interface ChangedDelivery extends OutboundDelivery {
  readonly was: OutboundState;
}

/** What may be done by hand inside one transaction. Each gives the deliveries that it changed. */
export interface OutboundAdminTransaction extends OutboundTransaction {
  /** Of those that are queued. An attempt that is being made still ends as it ends. */
  hold(ids: readonly number[]): Promise<readonly ChangedDelivery[]>;
  /** Of those that are queued or held: due now. */
  retry(ids: readonly number[], at: Date): Promise<readonly ChangedDelivery[]>;
  /** Of those that are queued or held and that no worker has at this moment. */
  cancel(ids: readonly number[], at: Date): Promise<readonly ChangedDelivery[]>;
  /** The senders of these have been told. */
  markNotified(ids: readonly number[], at: Date): Promise<void>;
}

export interface OutboundAdmin {
  /** Newest first. Throws `bad_input` when the cursor is none. */
  list(
    filter: OutboundFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined; readonly at: Date },
  ): Promise<Page<OutboundEntry>>;
  entry(id: number, at: Date): Promise<OutboundEntry | undefined>;
  /** Those that exist, by id. */
  find(ids: readonly number[]): Promise<readonly OutboundDelivery[]>;
  /** The octets of a message, for a report about it or for its sender. */
  bytes(messageId: string): Promise<Buffer>;
  transaction<Result>(work: (tx: OutboundAdminTransaction) => Promise<Result>): Promise<Result>;
}
