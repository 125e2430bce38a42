import type { AdministeredBy } from '#domain/access/administered.ts';
import type { Absence, AnswerableMail } from '#domain/mail/absence.ts';
import type { ActionDraft, MailRule, MailRuleDraft } from '#domain/mail/mail-rule.ts';
import type { SendingLimit, SendingUse } from '#domain/mail/sending-limit.ts';
import type { PreparedMessage } from './mail-store.ts';

/** A rule as its owner sees it: forwards by address. */
export interface OwnedRule extends Omit<MailRule, 'actions'> {
  readonly actions: readonly ActionDraft[];
}

/** The rules of one account, in the order in which they are asked. A rule of another account is as one that is not there. */
export interface MailRules {
  list(accountId: string): Promise<readonly OwnedRule[]>;
  /** At the end. Throws `bad_input`, `mailbox_unknown`, `recipient_unknown`. */
  add(accountId: string, rule: MailRuleDraft, at: Date): Promise<OwnedRule>;
  /** Throws `not_found` and as `add` does. */
  replace(accountId: string, id: string, rule: MailRuleDraft): Promise<OwnedRule>;
  /** Throws `not_found`. */
  remove(accountId: string, id: string): Promise<void>;
  /** `ids` are all of them, once each. Throws `bad_input`. */
  order(accountId: string, ids: readonly string[]): Promise<void>;
}

/** An account that is away, with what an answer says and whether one is due. */
export interface AbsentAccount {
  readonly accountId: string;
  readonly address: string;
  readonly name: string;
  /** The address and its aliases, in lower case. */
  readonly ownAddresses: readonly string[];
  readonly absence: Absence;
  /** The message went to Junk in it. */
  readonly junk: boolean;
  /** When it answered this sender last. */
  readonly lastReplyAt: Date | undefined;
}

/** A stored message that may be answered. */
export interface MessageToAnswer {
  /** The beginning of its octets, with the whole header unless that is longer than one may be. */
  readonly header: Buffer;
  /** The envelope sender, in lower case; '' is the null sender. */
  readonly sender: string;
  /** An account of ours, or proven by SPF or DMARC. */
  readonly senderVerified: boolean;
}

/** What the header of a message says to who would answer it. */
export interface AnswerableHeader extends Omit<AnswerableMail, 'sender' | 'senderVerified'> {
  readonly answered: AnsweredMessage;
}

/** The message that an answer stands under. */
export interface AnsweredMessage {
  /** With its angle brackets. */
  readonly messageIdHeader: string | undefined;
  readonly references: readonly string[];
  readonly subject: string | undefined;
}

/** What an answer says, before it is octets. */
export interface AbsenceReply {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  /** In place of the subject of the answered message. */
  readonly subject: string | undefined;
  readonly text: string;
  readonly answered: AnsweredMessage;
  readonly date: Date;
}

export interface AbsenceReplyTransaction {
  /**
   * Takes the marker of the account and the sender, unless one was taken after `answeredBefore`. Of two workers one
   * gets true, whatever their moment (threats F14).
   */
  claim(input: {
    readonly accountId: string;
    readonly sender: string;
    readonly at: Date;
    readonly answeredBefore: Date;
  }): Promise<boolean>;
  /** Sends with the null sender, to a mailbox here or to the outbound queue, with trace and events. */
  send(reply: OutgoingReply): Promise<void>;
}

/** A message that the hub sends in an account's name without its hand. */
export interface OutgoingReply {
  readonly fromAccountId: string;
  readonly to: string;
  readonly message: PreparedMessage;
  readonly at: Date;
}

export interface Absences {
  of(accountId: string): Promise<Absence | undefined>;
  save(accountId: string, absence: Absence): Promise<void>;
  /** Undefined when there is no such message, or nobody knows who sent it. */
  message(messageId: string): Promise<MessageToAnswer | undefined>;
  /** Those of the accounts that are active and away. */
  absent(
    accountIds: readonly string[],
    input: { readonly messageId: string; readonly sender: string; readonly at: Date },
  ): Promise<readonly AbsentAccount[]>;
  transaction<Result>(work: (tx: AbsenceReplyTransaction) => Promise<Result>): Promise<Result>;
}

export interface Quota {
  /** Octets of all mailboxes, each message by its full size. */
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export interface NearlyFull extends Quota {
  readonly accountId: string;
  readonly address: string;
  readonly name: string;
}

export interface QuotaTransaction {
  /** Accounts that have just come to be nearly full, each once until it has room again. */
  toWarn(accountIds: readonly string[], at: Date): Promise<readonly NearlyFull[]>;
  /** Into the account's INBOX, with its event. */
  deliver(warnings: readonly QuotaWarning[], at: Date): Promise<void>;
}

export interface QuotaWarning {
  readonly accountId: string;
  readonly message: PreparedMessage;
}

export interface Quotas {
  /** Throws `not_found`. */
  of(accountId: string): Promise<Quota>;
  transaction<Result>(work: (tx: QuotaTransaction) => Promise<Result>): Promise<Result>;
}

/** An account's limit and how much of it this hour has taken. */
export interface SendingStanding {
  readonly limit: SendingLimit;
  /** An administrator has set it; otherwise it is the hub's own. */
  readonly changed: boolean;
  readonly use: SendingUse;
  /** When the next hour begins. */
  readonly until: Date;
}

export interface SendingLimits {
  standing(accountId: string, at: Date): Promise<SendingStanding | undefined>;
  /** A figure that is absent is the hub's own again; recorded with who set it. False when there is no such account. */
  set(accountId: string, limit: Partial<SendingLimit>, at: Date, by: AdministeredBy): Promise<boolean>;
}

/** Who makes the copy in Sent: the hub, or the mail client of who sends. */
export type SentCopy = 'hub' | 'client';

export interface SentCopies {
  of(accountId: string): Promise<SentCopy>;
  set(accountId: string, by: SentCopy): Promise<void>;
}

/** What accounts want done with their mail, and what they may. */
export interface MailSettingsStore {
  readonly rules: MailRules;
  readonly absences: Pick<Absences, 'of' | 'save'>;
  readonly quotas: Pick<Quotas, 'of'>;
  readonly sending: SendingLimits;
  readonly sentCopies: SentCopies;
}
