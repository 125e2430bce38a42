/** A message whose text is not searchable yet. */
export interface UnindexedMessage {
  readonly messageId: string;
  readonly bytes: Buffer;
  /** What is known of it without its text. */
  readonly subject: string;
  readonly fromAddress: string;
}

export interface IndexedText {
  readonly messageId: string;
  readonly header: string;
  readonly body: string;
}

/** What can be searched of messages; the marker is the message's own, so that a repeated job does nothing. */
export interface MessageIndex {
  /** The first of these that are not indexed yet, in the order of their ids, up to `bytesMax` octets but at least one. */
  unindexed(messageIds: readonly string[], bytesMax: number): Promise<readonly UnindexedMessage[]>;
  markIndexed(texts: readonly IndexedText[], at: Date): Promise<void>;
  /** Ids of messages delivered before `before` and still not indexed: what a lost queue owes. */
  owed(before: Date, limit: number): Promise<readonly string[]>;
}
