/** Every limit of the SMTP doors, with its unit in its name. The reasons are the threats S1–S22 and threats.md §2. */
export interface SmtpLimits {
  /** The received message (SIZE, RFC 1870); up to a tenth more is read to be able to answer, then the door closes. */
  readonly messageBytesMax: number;
  /** Messages held in memory by all connections together; see `createBytesBudget`. */
  readonly bytesInFlightMax: number;
  readonly recipientsMax: number;
  /** How far ahead a message may be given its time (RFC 4865), in seconds. */
  readonly holdSecondsMax: number;
  /** ENVID and ORCPT, in characters (RFC 3461, sections 4.2 and 4.4). */
  readonly envelopeIdCharactersMax: number;
  readonly originalRecipientCharactersMax: number;
  /** A command line; a longer one ends the connection (S11). */
  readonly commandBytesMax: number;
  /** A line of the message. RFC 5321 says 1,000; senders of HTML write far longer ones. */
  readonly dataLineBytesMax: number;
  /** Received fields; a message that has more runs in a circle (S18). */
  readonly hopsMax: number;
  /** Refused commands of one connection. */
  readonly hardErrorsMax: number;
  /** Recipients of nobody that one client address may name before it is shut out for a while (S16). */
  readonly unknownRecipientsMax: number;
  readonly unknownRecipientsForgetMs: number;
  /** How long the answer to the first of them waits; each further one doubles it … */
  readonly unknownRecipientDelayMs: number;
  /** … up to this. Far below the five minutes that a client waits (RFC 5321, section 4.5.3.2.3). */
  readonly unknownRecipientDelayMaxMs: number;
  readonly connectionsMax: number;
  /** Of one client address and not signed in. An office of 200 may sit behind one address: signed in they do not count. */
  readonly unauthenticatedPerAddressMax: number;
  readonly connectionsPerAccountMax: number;
  /** From one answer of ours to the next whole command, however its octets drip (S13). */
  readonly commandDeadlineMs: number;
  /** The same while more than `stressConnections` are open. */
  readonly commandDeadlineUnderStressMs: number;
  readonly stressConnections: number;
  /** The handshake of a connection that begins with TLS. */
  readonly handshakeDeadlineMs: number;
  /** A message may take so long, and a second more for each `dataBytesPerSecondMin` that have arrived … */
  readonly dataGraceMs: number;
  readonly dataBytesPerSecondMin: number;
  /** … but never longer than this. */
  readonly dataDeadlineMs: number;
  /** How often deadlines are looked at. */
  readonly sweepMs: number;
  /** How long `close()` lets transactions end by themselves. */
  readonly closeGraceMs: number;
}

export const defaultSmtpLimits: SmtpLimits = {
  messageBytesMax: 25 * 1024 * 1024,
  bytesInFlightMax: 256 * 1024 * 1024,
  recipientsMax: 1_000,
  holdSecondsMax: 30 * 24 * 3600,
  envelopeIdCharactersMax: 100,
  originalRecipientCharactersMax: 500,
  commandBytesMax: 4 * 1024,
  dataLineBytesMax: 1024 * 1024,
  hopsMax: 50,
  hardErrorsMax: 20,
  unknownRecipientsMax: 20,
  unknownRecipientsForgetMs: 15 * 60_000,
  unknownRecipientDelayMs: 250,
  unknownRecipientDelayMaxMs: 10_000,
  connectionsMax: 2_000,
  unauthenticatedPerAddressMax: 50,
  connectionsPerAccountMax: 60,
  commandDeadlineMs: 300_000,
  commandDeadlineUnderStressMs: 10_000,
  stressConnections: 1_500,
  handshakeDeadlineMs: 60_000,
  dataGraceMs: 30_000,
  dataBytesPerSecondMin: 500,
  dataDeadlineMs: 15 * 60_000,
  sweepMs: 1_000,
  closeGraceMs: 5_000,
};
