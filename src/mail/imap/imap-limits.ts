/** Every limit of the IMAP door, with its unit in its name. The reasons are the threats I1–I12 and S13. */
export interface ImapLimits {
  /** A whole command without its literals, before log-in; a longer one ends the connection (I3). */
  readonly commandBytesMaxBeforeLogin: number;
  readonly commandBytesMax: number;
  /** All literals of one command together, before log-in (I1). */
  readonly literalBytesMaxBeforeLogin: number;
  /** All literals of one command together, save for APPEND. */
  readonly literalBytesMax: number;
  /** The message of an APPEND. */
  readonly messageBytesMax: number;
  /** With COMPRESS, octets that may come out whatever went in, and beyond them for each that went in. */
  readonly inflatedBytesFree: number;
  readonly inflationRatioMax: number;
  /** All messages of one APPEND (RFC 3502). */
  readonly appendBytesMax: number;
  readonly appendMessagesMax: number;
  /** Literals held in memory by all connections of the process. */
  readonly literalBytesInFlightMax: number;
  /** Parentheses, NOT and OR within each other (I3). */
  readonly nestingMaxBeforeLogin: number;
  readonly nestingMax: number;
  /** Ranges of a sequence set as written (I8). */
  readonly sequenceRangesMax: number;
  readonly searchKeysMax: number;
  readonly fetchItemsMax: number;
  readonly listPatternsMax: number;
  /** Entries that GETMETADATA and SETMETADATA name at a time, and the size of a value (RFC 5464). */
  readonly annotationsPerCommandMax: number;
  readonly annotationBytesMax: number;
  readonly keywordsMax: number;
  readonly keywordBytesMax: number;
  /** A mailbox path in UTF-8. */
  readonly mailboxPathBytesMax: number;
  /** A response line of AUTHENTICATE, and DONE. */
  readonly continuationBytesMax: number;
  /** Read from the store and written to the socket at a time, so that a slow reader holds no more (I8). */
  readonly chunkBytes: number;
  /** A header read whole in order to pick fields from it; the rest of a longer one is not seen. */
  readonly headerBytesMax: number;
  /** Messages whose structures are asked for at a time. */
  readonly fetchBatchMessages: number;
  /** Messages whose envelopes are asked for at a time, for SEARCH, SORT and THREAD. */
  readonly headingBatchMessages: number;
  /** Read of each message at once for header fields that are not kept; most headers end before. */
  readonly beginningBytes: number;
  /** How long SEARCH, SORT or THREAD may take before it is refused (I6). */
  readonly searchDeadlineMs: number;
  /** From the connection to the end of log-in, in all (S13). */
  readonly loginDeadlineMs: number;
  /** Autologout (RFC 9051, section 5.4). */
  readonly idleTimeoutMs: number;
  /** A reader who takes nothing for so long is cut off. */
  readonly writeStallMs: number;
  /** Between two signs of life while a client idles. */
  readonly keepAliveMs: number;
  /** How long `close()` waits for the farewell to be read. */
  readonly closeGraceMs: number;
  readonly badCommandsMax: number;
  readonly unauthenticatedPerAddressMax: number;
  readonly connectionsPerAccountAndAddressMax: number;
  readonly connectionsPerAccountMax: number;
  /** Messages in the mailbox indexes that are kept though no session has them open. */
  readonly idleIndexMessagesMax: number;
  /** Envelopes and structures that are kept as they were written. */
  readonly encodedBytesMax: number;
}

export const defaultImapLimits: ImapLimits = {
  commandBytesMaxBeforeLogin: 8 * 1024,
  commandBytesMax: 64 * 1024,
  literalBytesMaxBeforeLogin: 512,
  literalBytesMax: 64 * 1024,
  messageBytesMax: 25 * 1024 * 1024,
  inflatedBytesFree: 50 * 1024 * 1024,
  inflationRatioMax: 100,
  appendBytesMax: 64 * 1024 * 1024,
  appendMessagesMax: 100,
  literalBytesInFlightMax: 256 * 1024 * 1024,
  nestingMaxBeforeLogin: 1,
  nestingMax: 50,
  sequenceRangesMax: 1000,
  searchKeysMax: 256,
  fetchItemsMax: 100,
  listPatternsMax: 50,
  annotationsPerCommandMax: 50,
  annotationBytesMax: 8192,
  keywordsMax: 64,
  keywordBytesMax: 100,
  mailboxPathBytesMax: 1000,
  continuationBytesMax: 8 * 1024,
  chunkBytes: 64 * 1024,
  headerBytesMax: 1024 * 1024,
  fetchBatchMessages: 64,
  headingBatchMessages: 2000,
  beginningBytes: 16 * 1024,
  searchDeadlineMs: 30_000,
  loginDeadlineMs: 60_000,
  idleTimeoutMs: 30 * 60_000,
  writeStallMs: 5 * 60_000,
  keepAliveMs: 2 * 60_000,
  closeGraceMs: 2000,
  badCommandsMax: 20,
  unauthenticatedPerAddressMax: 50,
  connectionsPerAccountAndAddressMax: 20,
  connectionsPerAccountMax: 60,
  idleIndexMessagesMax: 2_000_000,
  encodedBytesMax: 32 * 1024 * 1024,
};
