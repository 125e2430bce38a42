/** A recipient's reply has reached the issuer; what it does is still to be carried out. */
export interface ReplyReceived {
  readonly type: 'reply.received';
  readonly messageId: string;
  readonly directiveId: string;
  /** Who signed in. */
  readonly accountId: string;
}
