/** Messages whose text is not searchable yet; the marker is the message's own, so that a repeated job does nothing. */
export interface MessageIndex {
  /** The stored octets; undefined when there is no such message or it is indexed already. */
  unindexed(messageId: string): Promise<Buffer | undefined>;
  markIndexed(messageId: string, found: { header: string; body: string }, at: Date): Promise<void>;
  /** Ids of messages delivered before `before` and still not indexed: what a lost queue owes. */
  owed(before: Date, limit: number): Promise<readonly string[]>;
}
