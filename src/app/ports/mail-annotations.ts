/** One annotation: `/private/…` is the asker's own, `/shared/…` everybody's (RFC 5464, section 3). */
export interface Annotation {
  /** In lower case. */
  readonly entry: string;
  readonly value: Buffer;
}

export interface AnnotationChange {
  readonly entry: string;
  /** Undefined takes it away. */
  readonly value: Buffer | undefined;
}

export interface MailAnnotations {
  /** All of a mailbox, or with no path of the server, that the asker may see. Throws `mailbox_unknown`, `not_permitted`. */
  read(path: string | undefined): Promise<readonly Annotation[]>;
  /**
   * All of the changes or none. `over_quota`: there are too many already. Throws `mailbox_unknown`, `not_permitted`,
   * `bad_input`.
   */
  write(path: string | undefined, changes: readonly AnnotationChange[]): Promise<void>;
}
