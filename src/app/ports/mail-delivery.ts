import type { HubEvent } from '#domain/event.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';
import type { PreparedMessage } from './mail-store.ts';

/** Who is behind an address that somebody wants to write to. */
export type MailRecipient =
  | { readonly kind: 'account'; readonly accountId: string }
  /** The domain is ours, the address is nobody's, or nobody's any more. */
  | { readonly kind: 'unknown' }
  /** The domain is not ours. */
  | { readonly kind: 'foreign' };

/** The active account behind an address that somebody wants to send as. */
export interface MailSender {
  readonly accountId: string;
  readonly kind: AccountKind;
  readonly unitId?: string;
}

/** The directive that a message replies to, found by the ids it names; its sender is one of the recipients. */
export interface AnsweredDirective {
  readonly directiveId: string;
  readonly issuerAccountId: string;
  /** The official mail that carries the directive. */
  readonly messageId: string;
}

export interface DeliverMail {
  readonly message: PreparedMessage;
  readonly receivedAt: Date;
  readonly accountIds: readonly string[];
  /** Whose Sent mailbox gets the same message. */
  readonly sentCopyOf?: string | undefined;
}

/** What a delivery may do inside its one transaction. Nothing of it is visible before the commit. */
export interface MailDeliveryTransaction {
  /** The active accounts behind addresses, by the address as it was given; an address of nobody is absent. */
  accountsOf(addresses: readonly string[]): Promise<ReadonlyMap<string, string>>;
  sender(address: string): Promise<MailSender | undefined>;
  /**
   * The first directive that one of the header ids names, in their order, and that has the account among its
   * recipients. Undefined when there is none.
   */
  answeredDirective(
    messageIdHeaders: readonly string[],
    accountId: string,
  ): Promise<AnsweredDirective | undefined>;
  /**
   * Locks what a reply will change, in the order that everything in the mail store keeps: the account, then all of its
   * mailboxes and the INBOX of each recipient by id. Called before `deliver` when `acknowledge` follows.
   */
  lockForReply(accountId: string, recipientIds: readonly string[]): Promise<void>;
  deliver(input: DeliverMail): Promise<{ readonly messageId: string }>;
  /**
   * The receipt "acknowledged" of the account, and `\Seen` on the directive's mail, which it implies. A directive that
   * is no longer in force is not acknowledged: no events then.
   */
  acknowledge(answered: AnsweredDirective, accountId: string, at: Date): Promise<readonly HubEvent[]>;
  /** The outbox rows: always the last thing a use case does. */
  record(events: readonly HubEvent[], at: Date): Promise<void>;
}

export interface MailDelivery {
  recipient(address: string): Promise<MailRecipient>;
  sender(address: string): Promise<MailSender | undefined>;
  transaction<Result>(work: (tx: MailDeliveryTransaction) => Promise<Result>): Promise<Result>;
}
