import { MailboxTruth } from './mailbox-truth.ts';

/** A message that some session sent. */
export interface SentMessage {
  readonly octets: string;
  /** Cut off on its way: it must never be anywhere. */
  isForbidden: boolean;
  /** APPEND OK: it is somewhere from now on, unless somebody takes it out. */
  isAcknowledged: boolean;
  /** It was copied or moved by a command whose answer was lost, so that a copy may be somewhere under a UID unknown. */
  isAstray: boolean;
}

/** What is known of all mailboxes that a group of sessions works on. */
export class AccountTruth {
  readonly mailboxes: ReadonlyMap<string, MailboxTruth>;
  readonly sent = new Map<string, SentMessage>();

  constructor(names: readonly string[]) {
    this.mailboxes = new Map(names.map((name) => [name, new MailboxTruth(name)]));
  }

  mailbox(name: string): MailboxTruth {
    const mailbox = this.mailboxes.get(name);
    if (mailbox === undefined) throw new Error(`no mailbox ${name}`);
    return mailbox;
  }

  get names(): readonly string[] {
    return [...this.mailboxes.keys()];
  }

  /** Octets that came back are those of the message that was sent. */
  checkBody(mailbox: MailboxTruth, uid: number, body: string): void {
    const token = /^X-Token: (\S+)\r$/m.exec(body)?.[1] ?? '';
    const sent = this.sent.get(token);
    // What was there before the run has no token.
    if (sent === undefined && token === '') return;
    if (sent === undefined) throw new Error(`${mailbox.name}: UID ${uid} bears the unknown token ${token}`);
    if (sent.isForbidden) throw new Error(`${mailbox.name}: UID ${uid} is ${token}, which was cut off`);
    if (sent.octets !== body) throw new Error(`${mailbox.name}: UID ${uid} has not the octets of ${token}`);
    mailbox.isToken(uid, token);
  }

  /** Nothing that was acknowledged is lost: APPEND OK, and MOVE whatever happened around it. */
  checkNothingLost(present: ReadonlyMap<string, readonly number[]>): void {
    const found = new Set<string>();
    for (const [name, uids] of present)
      for (const uid of uids) {
        const { token } = this.mailbox(name).message(uid);
        if (token !== undefined) found.add(token);
      }
    for (const [token, { isAcknowledged }] of this.sent) {
      if (!isAcknowledged || found.has(token) || this.#mayBeDeleted(token)) continue;
      throw new Error(`${token} was acknowledged and is in no mailbox`);
    }
  }

  /**
   * Whether \Deleted was ever asked for on any copy of it; a MOVE alone deletes nothing. A copy of which only the UID
   * is known, because the answer that would have named it was lost, may be any message that went astray.
   */
  #mayBeDeleted(token: string): boolean {
    const isAstray = this.sent.get(token)?.isAstray === true;
    for (const mailbox of this.mailboxes.values())
      for (const message of mailbox.messages.values())
        if (message.isDeletable && (message.token === token || (isAstray && message.token === undefined)))
          return true;
    return false;
  }
}
