import type { HubEvent } from '#domain/event.ts';
import type { MailFacts, Placement } from '#domain/mail/mail-rule.ts';
import type { AccountKind } from '#domain/organisation/organisation.ts';
import type { NewHeldMail } from './held-mail.ts';
import type { PreparedMessage, StoredMessage } from './mail-store.ts';
import type { OutboundTransaction } from './outbound.ts';

/** Who writes: what a group's rules and a loop guard look at. */
export interface MailWriter {
  /** The account that signed in; absent for mail from outside. */
  readonly accountId?: string;
  /** The envelope sender; '' is the null sender. */
  readonly address: string;
}

/** Who is behind an address that somebody wants to write to. */
export type MailRecipient =
  | { readonly kind: 'account'; readonly accountId: string; /** Over its quota. */ readonly full: boolean }
  /** A group that the writer may write to; what it sends may wait for a moderator. */
  | { readonly kind: 'group'; readonly groupId: string }
  /** A group that the writer may not write to. */
  | { readonly kind: 'closed'; readonly groupId: string }
  /** The domain is ours, the address is nobody's, or nobody's any more. */
  | { readonly kind: 'unknown' }
  /** The domain is not ours. */
  | { readonly kind: 'foreign' };

/** The active account behind an address that somebody wants to send as. */
export interface MailSender {
  readonly accountId: string;
  readonly kind: AccountKind;
  /** Whether the one who would send has the right `p` on its INBOX (RFC 4314, section 2.1). */
  readonly mayPost: boolean;
  /** The hub puts a copy of what it sends into its Sent; otherwise its mail client does. */
  readonly keepsSentCopy: boolean;
}

/** The directive that a message replies to, found by the ids it names; its sender is one of the recipients. */
export interface AnsweredDirective {
  readonly directiveId: string;
  readonly issuerAccountId: string;
  /** The official mail that carries the directive. */
  readonly messageId: string;
}

/** What addresses come to for one writer. Accounts and outside addresses are named once, whatever the ways to them. */
export interface ExpandedRecipients {
  readonly accountIds: readonly string[];
  /** A group of everybody is among them. */
  readonly everyone: boolean;
  /** Addresses of other domains, canonical. */
  readonly outside: readonly string[];
  /** Groups whose moderators decide first. */
  readonly moderated: readonly { readonly groupId: string; readonly address: string }[];
  /** Nobody's address here, or a group that the writer may not write to. */
  readonly refused: readonly { readonly address: string; readonly reason: 'unknown' | 'closed' }[];
}

export interface HeldBy {
  readonly groupName?: string;
  readonly moderatorIds: readonly string[];
}

export interface SendingVerdict {
  readonly verdict: 'send' | 'hold';
  readonly alert: boolean;
  /** When the next hour begins. */
  readonly until: Date;
}

export interface DeliverMail {
  /** One that is stored already, or one to store with it. */
  readonly message: PreparedMessage | StoredMessage;
  readonly receivedAt: Date;
  /** May be empty: then it is only stored. */
  readonly accountIds: readonly string[];
  /** Where it goes for everyone without a placement; INBOX when absent. */
  readonly into?: 'inbox' | 'junk';
  /** Of accounts in `accountIds` whose rules say something else. */
  readonly placements?: readonly Placement[];
  /** Whose Sent mailbox gets the same message. */
  readonly sentCopyOf?: string | undefined;
}

/** What a delivery may do inside its one transaction. Nothing of it is visible before the commit. */
export interface MailDeliveryTransaction extends Omit<OutboundTransaction, 'settle'> {
  /**
   * Whether a transaction with this key is taken for the first time; waits for one that is being taken at this moment.
   * Comes before everything else.
   */
  takeOnce(key: Buffer, at: Date): Promise<boolean>;
  /** Aliases, groups to ten levels, plus-addresses; `approved` names groups whose moderator has said yes. */
  expand(
    addresses: readonly string[],
    writer: MailWriter,
    approved?: readonly string[],
  ): Promise<ExpandedRecipients>;
  /** What the rules of these accounts make of the message; an account without a rule that applies is absent. */
  placements(accountIds: readonly string[], facts: MailFacts): Promise<readonly Placement[]>;
  /** Accounts among these that are away now and would answer. */
  absent(accountIds: readonly string[], at: Date): Promise<readonly string[]>;
  /** Gives who decides on it, for its event. */
  hold(input: NewHeldMail): Promise<HeldBy>;
  /** Counts a submission in its hour. `hold`: the account has sent more than it may; `alert`: for the first time in that hour. */
  countSending(accountId: string, recipients: number, at: Date): Promise<SendingVerdict>;
  /** `by` is the account that would send. */
  sender(address: string, by?: string): Promise<MailSender | undefined>;
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
  /** From this commit on the act of the reply is owed, once it is no longer held. Gives its event. */
  oweReply(reply: {
    readonly messageId: string;
    readonly directiveId: string;
    readonly accountId: string;
    readonly at: Date;
    readonly held: boolean;
  }): Promise<readonly HubEvent[]>;
  /** A message that was held has gone out to these accounts: when it is a reply, its act is owed from now on. */
  releaseReply(messageId: string, accountIds: readonly string[]): Promise<readonly HubEvent[]>;
  deliver(input: DeliverMail): Promise<{ readonly messageId: string }>;
  /**
   * The receipt "acknowledged" of the account, and `\Seen` on the directive's mail, which it implies. A directive that
   * is no longer in force is not acknowledged: no events then.
   */
  acknowledge(answered: AnsweredDirective, accountId: string, at: Date): Promise<readonly HubEvent[]>;
}

/** What taking a message in needs of a delivery: each of these can be done for several messages at once. */
export type MailReceptionTransaction = Pick<
  MailDeliveryTransaction,
  'takeOnce' | 'expand' | 'placements' | 'absent' | 'deliver' | 'hold' | 'enqueue' | 'trace' | 'record'
>;

export interface MailDelivery {
  recipient(address: string, writer: MailWriter): Promise<MailRecipient>;
  sender(address: string, by?: string): Promise<MailSender | undefined>;
  transaction<Result>(work: (tx: MailDeliveryTransaction) => Promise<Result>): Promise<Result>;
  /**
   * As `transaction`, but messages that are there at the same moment share one, and what they ask for in the same step
   * is one statement: a commit, not a message, is what costs. `work` may run twice: when one of those that share fails,
   * each runs again alone, so that nobody is refused for another's fault. It waits for nothing but `tx`. Resolves after
   * the commit. `recipients` says how heavy it is.
   */
  together<Result>(
    recipients: number,
    work: (tx: MailReceptionTransaction) => Promise<Result>,
  ): Promise<Result>;
}
