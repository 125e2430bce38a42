import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { HubTransaction } from './hub-store.ts';
import type { MailDeliveryTransaction } from './mail-delivery.ts';

/** Somebody outside the hub whom a directive was sent to. */
export interface OutsideRecipient {
  readonly id: number;
  readonly directiveId: string;
  /** Canonical. */
  readonly address: string;
  readonly sentAt: Date;
  readonly expiresAt: Date;
  readonly acknowledgedAt?: Date;
  readonly acknowledgedVia?: OutsideWay;
}

export type OutsideWay = 'link' | 'mail';

/** With what its token is bound to, and what its page shows. */
export interface OutsideStanding extends OutsideRecipient {
  readonly contentHash: string;
  readonly code: string;
  readonly subject: string;
  readonly issuer: string;
  readonly state: DirectiveState;
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string;
}

export interface OutsideTransaction
  extends HubTransaction, Pick<MailDeliveryTransaction, 'deliver' | 'enqueue' | 'trace'> {
  /** False when the directive was sent to the address before. */
  addOutside(recipient: OutsideRecipient): Promise<boolean>;
  /** The first time wins: false when it was acknowledged before, or the directive is no longer in force. */
  acknowledgeOutside(id: number, at: Date, via: OutsideWay): Promise<boolean>;
}

export interface OutsideRecipients {
  of(directiveId: string): Promise<readonly OutsideRecipient[]>;
  standing(id: number): Promise<OutsideStanding | undefined>;
  /** Ids for new rows; some may never be used. */
  nextIds(count: number): Promise<readonly number[]>;
  issuerAddress(directiveId: string): Promise<string | undefined>;
  /** Octets of a stored message. */
  octets(messageId: string): Promise<Buffer | undefined>;
  transaction<Result>(work: (tx: OutsideTransaction) => Promise<Result>): Promise<Result>;
}
