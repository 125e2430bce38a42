/** Messages whose text is not searchable yet; the marker is the message's own, so that a repeated job does nothing. */
export interface MessageIndex {
  /** The stored octets; undefined when there is no such message or it is indexed already. */
  unindexed(messageId: string): Promise<Buffer | undefined>;
  /** `found` is put in place of what was known of the message; undefined leaves that as it is. */
  markIndexed(
    messageId: string,
    found: { readonly header: string; readonly body: string } | undefined,
    at: Date,
  ): Promise<void>;
  /** Ids of messages delivered before `before` and still not indexed: what a lost queue owes. */
  owed(before: Date, limit: number): Promise<readonly string[]>;
}
