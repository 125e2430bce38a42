import type { Actor } from '#domain/access/actor.ts';
import type { IssueTarget } from '#domain/access/policy.ts';
import type {
  Assignment,
  AssigneeKind,
  BoardCounts,
  Directive,
  RequestedRecipient,
  Role,
} from '#domain/directive/directive.ts';
import type { HubEvent, LogEntry } from '#domain/event.ts';
import type { DiscussionReads, DiscussionTransaction } from './discussion.ts';
import type { DelegationTransaction } from './delegations.ts';
import type { DraftReads, DraftTransaction } from './drafts.ts';
import type { AttachmentTransaction } from './attachments.ts';
import type { PreparedMessage } from './mail-store.ts';
import type { WorkReads } from './work-reads.ts';
import type { WorkTransaction } from './work-store.ts';

/** An assignee found for a requested recipient, with what policy needs to know of it. */
export interface ResolvedAssignee {
  readonly role: Role;
  readonly kind: AssigneeKind;
  readonly id?: string;
  readonly name: string;
  readonly room: string;
  readonly target: IssueTarget;
}

export interface StoredDirective extends Directive {
  readonly supersededAt?: Date;
  readonly issuerPositionId?: string;
  readonly messageId: string;
  readonly rooms: readonly string[];
}

export interface NewDirective {
  readonly directive: Directive;
  readonly issuerPositionId: string;
  /** The position on whose behalf the issuer acts, when delegated. */
  readonly onBehalfOfPositionId?: string;
  readonly assignees: readonly (ResolvedAssignee & { readonly assignmentId: string })[];
  readonly mail: PreparedMessage;
}

export interface SavedDirective {
  readonly assignments: readonly Assignment[];
  readonly counts: BoardCounts;
  readonly messageId: string;
}

/** A directive as one viewer may see it: what `GET /directives/{id}` and the snapshot are made of. */
export interface SeenDirective {
  readonly directive: StoredDirective;
  /** All of them for who acts as the issuer, the viewer's own otherwise. */
  readonly assignments: readonly Assignment[];
  readonly issuer: boolean;
  readonly mine?: { readonly openedAt?: Date; readonly acknowledgedAt?: Date };
  readonly counts: BoardCounts;
}

export interface BoardRecipient {
  readonly accountId: string;
  readonly name: string;
  readonly address: string;
  readonly unit: string;
  readonly assignmentIds: readonly string[];
  readonly deliveredAt: Date;
  readonly arrivedAt?: Date;
  readonly openedAt?: Date;
  /** Who opened it in the mailbox of an office, by name. */
  readonly openedBy?: string;
  readonly acknowledgedAt?: Date;
}

/** A message that waits for a moderator's word. */
export interface HeldTask {
  readonly id: string;
  readonly group: string;
  readonly sender: string;
  readonly subject?: string;
  readonly heldAt: Date;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** What a use case may do inside its one transaction. Nothing of it is visible before the commit. */
export interface HubTransaction
  extends AttachmentTransaction, WorkTransaction, DelegationTransaction, DraftTransaction {
  /**
   * Takes the key for the account, or gives the answer that was given to it before. Waits for a concurrent holder.
   * Throws `idempotency_key_reused` when the earlier request was another one.
   */
  claimKey(
    accountId: string,
    key: string,
    operation: string,
    requestHash: Buffer,
  ): Promise<{ answer: unknown } | undefined>;
  rememberAnswer(accountId: string, key: string, answer: unknown): Promise<void>;
  /** The next number of a gapless series; its row stays locked until the commit. */
  nextNumber(series: string, year: number): Promise<number>;
  /** Groups become their members; an assignee named twice keeps its first role. Throws `recipient_unknown`. */
  resolveAssignees(requested: readonly RequestedRecipient[], at: Date): Promise<readonly ResolvedAssignee[]>;
  /** Directive, assignments, recipients and one mail in every recipient's mailbox. */
  saveDirective(input: NewDirective): Promise<SavedDirective>;
  /** Marks the mail in every mailbox, then locks the directive and closes it. Throws `directive_already_closed`. */
  recallDirective(directive: StoredDirective, at: Date, reason: string): Promise<void>;
  /** The directive of an assignment, and whether the account is one of its recipients. */
  findAssignment(
    assignmentId: string,
    accountId: string,
  ): Promise<
    { directive: StoredDirective; unitId?: string; isRecipient: boolean; acknowledgedAt?: Date } | undefined
  >;
  /** The directives issued to each account up to a log position that have not arrived yet. */
  arrivedDirectives(
    arrivals: readonly { readonly accountId: string; readonly upTo: number }[],
  ): Promise<readonly { readonly directiveId: string; readonly accountId: string }[]>;
  /** A recipient's word for one assignment when the recipient's own receipt is there already. */
  acknowledgeOne(assignmentId: string, accountId: string, at: Date): Promise<readonly HubEvent[]>;
  recordReceipts(input: {
    readonly kind: 'arrived' | 'opened' | 'acknowledged';
    readonly at: Date;
    readonly receipts: readonly { readonly directiveId: string; readonly accountId: string }[];
  }): Promise<readonly HubEvent[]>;
  /** Sets `\Seen` on the directive's mail in the account's mailboxes, so that page and mail client agree. */
  markMailSeen(directive: StoredDirective, accountId: string): Promise<readonly HubEvent[]>;
  readonly discussion: DiscussionTransaction;
  /** The outbox rows: always the last thing a use case does. */
  record(events: readonly HubEvent[], at: Date): Promise<void>;
}

export interface DirectiveReads {
  /** A moment's view: position and everything the actor sees at it, newest first. */
  snapshot(
    actor: Actor,
    limit: number,
  ): Promise<{
    position: number;
    directives: readonly SeenDirective[];
    heldMail: readonly HeldTask[];
  }>;
  /** Undefined when there is none or the actor has no path to it. */
  seenDirective(actor: Actor, id: string): Promise<SeenDirective | undefined>;
  board(directiveId: string, page: { limit: number; cursor?: string }): Promise<Page<BoardRecipient>>;
}

export interface LogReads {
  head(): Promise<number>;
  /** Entries after a position, in order. */
  read(after: number, limit: number): Promise<readonly LogEntry[]>;
  /** Entries after a position up to another that any of the rooms may hear: one index scan. */
  readFor(rooms: readonly string[], after: number, upTo: number, limit: number): Promise<readonly LogEntry[]>;
}

export interface HubStore {
  transaction<Result>(work: (tx: HubTransaction) => Promise<Result>): Promise<Result>;
  readonly directives: DirectiveReads;
  readonly discussions: DiscussionReads;
  readonly log: LogReads;
  readonly work: WorkReads;
  readonly drafts: DraftReads;
}
