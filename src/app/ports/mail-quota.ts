/** What a mailbox's account may keep, under the name of its address (RFC 9208). */
export interface QuotaRoot {
  readonly name: string;
  readonly usedBytes: number;
  readonly bytesMax: number;
  readonly messages: number;
  readonly messagesMax: number;
}

export interface MailQuota {
  /** Of the account whose mailbox it is. Throws `mailbox_unknown`, `not_permitted` without the right to read. */
  rootOf(path: string): Promise<QuotaRoot>;
  /** By name: one's own, or that of an account whose INBOX one may read. Throws `mailbox_unknown`. */
  root(name: string): Promise<QuotaRoot>;
}
