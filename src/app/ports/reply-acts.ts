import type { AssigneeKind, Role } from '#domain/directive/directive.ts';
import type { MailDeliveryTransaction } from './mail-delivery.ts';

/** A reply that is still owed its act, with what stands around it. */
export interface OwedReply {
  readonly messageId: string;
  readonly bytes: Buffer;
  readonly messageIdHeader: string | undefined;
  readonly subject: string;
  /** Who signed in. */
  readonly accountId: string;
  readonly directive: {
    readonly id: string;
    readonly code: string;
    readonly messageIdHeader: string;
    readonly issuerAddress: string;
  };
  /** Those that the account was given the directive for, the strongest role first. */
  readonly assignments: readonly {
    readonly id: string;
    readonly role: Role;
    readonly assigneeKind: AssigneeKind;
    readonly assigneeId?: string;
  }[];
}

export interface ReplyActs {
  /** Undefined when it was settled, or is none. */
  find(messageId: string): Promise<OwedReply | undefined>;
  /** Replies that nobody has settled since, oldest first. */
  owed(before: Date, limit: number): Promise<readonly string[]>;
  /**
   * Settles it and tells its writer, in one commit; false when it was settled before, and then `tell` is not called.
   */
  settle(
    messageId: string,
    outcome: string,
    at: Date,
    tell: (tx: MailDeliveryTransaction) => Promise<void>,
  ): Promise<boolean>;
}
