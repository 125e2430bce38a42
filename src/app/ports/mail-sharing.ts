/** One line of a mailbox's access control list. */
export interface RightsEntry {
  /**
   * An address, `anyone`, `group:ADDRESS`, or `officers:` and `heads:` with the address of a mailbox of the unit; behind
   * a `-` the rights are taken away.
   */
  readonly identifier: string;
  readonly rights: number;
}

export type RightsChange = 'replace' | 'add' | 'remove';

/** Who may do what in a mailbox (RFC 4314). */
export interface MailSharing {
  /** Of whoever asks. Throws `mailbox_unknown`. */
  rights(path: string): Promise<number>;
  /** The same for a mailbox that is open. */
  rightsById(mailboxId: string): Promise<number>;
  /** Throws `mailbox_unknown`, `not_permitted` without the right `a`. */
  entries(path: string): Promise<readonly RightsEntry[]>;
  /** The owner's own rights, which nobody can take, or none. Throws as `entries`, and `bad_input`. */
  alwaysGranted(path: string, identifier: string): Promise<number>;
  /**
   * With `rights` 0 and `replace` the holder is no longer named, and no default stands for it. Throws as `entries`, and
   * `bad_input` when the identifier names nobody.
   */
  change(path: string, identifier: string, change: RightsChange, rights: number): Promise<void>;
}
