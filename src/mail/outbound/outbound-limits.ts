/** Every limit of sending, with its unit in its name (threats.md §2, F15). */
export interface OutboundLimits {
  readonly connectMs: number;
  /** From the connection to the whole greeting. */
  readonly greetingMs: number;
  /** From a command to its whole reply, however its octets drip; also a TLS handshake. */
  readonly commandMs: number;
  /** The message and the reply to its end (RFC 5321, section 4.5.3.2.6). */
  readonly dataMs: number;
  /** All hosts of one attempt together. */
  readonly attemptMs: number;
  readonly hostsMax: number;
  readonly addressesMax: number;
  /** RCPT commands that are sent before their replies are read (RFC 2920). */
  readonly pipelinedMax: number;
}

export const defaultOutboundLimits: OutboundLimits = {
  connectMs: 30_000,
  greetingMs: 60_000,
  commandMs: 60_000,
  dataMs: 10 * 60_000,
  attemptMs: 15 * 60_000,
  hostsMax: 10,
  addressesMax: 20,
  pipelinedMax: 50,
};
