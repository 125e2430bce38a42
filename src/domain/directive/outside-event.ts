/** Somebody outside the hub has acknowledged a directive by their own token. */
export interface OutsideAcknowledged {
  readonly type: 'outside.acknowledged';
  readonly directiveId: string;
  readonly address: string;
  readonly via: 'link' | 'mail';
  readonly issuerAccountId: string;
  readonly issuerPositionId?: string | undefined;
  readonly receiptAt: string;
}

/** A mail from outside bears tokens that were proven when it was taken; what it says is still to be read. */
export interface OutsideReplied {
  readonly type: 'outside.replied';
  readonly messageId: string;
  readonly recipientIds: readonly number[];
}
