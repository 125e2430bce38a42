/** What the door answers: a reply code (RFC 5321, section 4.2) and an enhanced status code (RFC 3463). */
export interface SmtpReply {
  readonly code: number;
  readonly status: string;
  /** ASCII, one line. */
  readonly text: string;
}

/**
 * How the connection goes on after a refusal: `stay`, `close` after the reply while what the client still sends is read
 * and thrown away for a few seconds so that it sees the reply, or `cut` where reading on is what the client wants.
 */
export type AfterRefusal = 'stay' | 'close' | 'cut';

/** A refusal in SMTP's words. `responseCode` and `message` are what smtp-server answers with. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;
  readonly after: AfterRefusal;

  constructor(reply: SmtpReply, after: AfterRefusal = 'stay') {
    super(`${reply.status} ${reply.text}`);
    this.name = 'SmtpRefusal';
    this.responseCode = reply.code;
    this.after = after;
  }
}
