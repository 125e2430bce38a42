import type { DiscussionChange, DiscussionServerEvents } from './discussion-change.ts';
import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { WorkRecorded } from '#domain/directive/work-event.ts';
import type { WorkKind } from '#domain/directive/work.ts';
import type { DocumentChange, DocumentServerEvents } from './document-change.ts';
import type { AssignmentView, DirectiveView, HeldTaskView } from './view.ts';

/** What a client hears of a log event: its position and time, and no more than its viewer may know. */
export type Change =
  | IssuedChange
  | RecalledChange
  | ReceiptChange
  | DiscussionChange
  | DocumentChange
  | SupersededChange
  | WorkChange
  | MailDeliveredChange
  | HeldChange
  | DecidedChange
  | OutboundChange
  | LimitedChange
  | MailboxChange
  | MembershipChange;

interface Placed {
  readonly position: number;
  readonly at: string;
}

export interface IssuedChange extends Placed {
  readonly type: 'directive.issued';
  readonly directive: DirectiveView;
}

export interface RecalledChange extends Placed {
  readonly type: 'directive.recalled';
  readonly directiveId: string;
  readonly recalledAt: string;
  readonly reason: string;
}

export interface SupersededChange extends Placed {
  readonly type: 'directive.superseded';
  readonly directiveId: string;
  readonly supersededById: string;
}

/** Somebody worked on an assignment: every assignment it changed and the viewer sees, as it stands now. */
export interface WorkChange extends Placed {
  readonly type: WorkRecorded['type'];
  readonly directiveId: string;
  readonly directiveState: DirectiveState;
  readonly completedAt?: string;
  readonly assignments: readonly AssignmentView[];
  /** Absent for who sees none of it. */
  readonly record?: {
    readonly id: string;
    readonly assignmentId: string;
    readonly kind: WorkKind;
    readonly by: { readonly name: string; readonly title: string; readonly onBehalfOf?: string };
    readonly text?: string;
    readonly percent?: number;
  };
  /** For those who may not have heard of the directive before. */
  readonly directive?: Omit<DirectiveView, 'assignments' | 'mine' | 'board'>;
  /** It makes the viewer a recipient. */
  readonly recipient: boolean;
  /** For the issuer, when there are more recipients than before. */
  readonly board?: NonNullable<DirectiveView['board']>;
}

export interface ReceiptChange extends Placed {
  readonly type: 'assignment.arrived' | 'assignment.opened' | 'assignment.acknowledged';
  readonly directiveId: string;
  /** Assignments the viewer sees that have come to the state the event names. */
  readonly assignmentIds: readonly string[];
  readonly receiptAt: string;
  /** The receipt is the viewer's own. */
  readonly mine: boolean;
  /** For the issuer only. */
  readonly board?: NonNullable<DirectiveView['board']>;
  /** For the issuer only; absent when too many at once, then the board is read again. */
  readonly accounts?: readonly { readonly id: string; readonly name: string }[];
}

export interface MailDeliveredChange extends Placed {
  readonly type: 'mail.delivered';
}

/** A message waits for somebody's word or for its time. */
export interface HeldChange extends Placed {
  readonly type: 'mail.held';
  /** For those whose word it waits for: a task of theirs. */
  readonly task?: HeldTaskView;
}

export interface DecidedChange extends Placed {
  readonly type: 'mail.decided';
  readonly heldId: string;
  readonly state: 'released' | 'refused' | 'cancelled' | 'expired';
}

/** What became of outside recipients of a message that the viewer sent. */
export interface OutboundChange extends Placed {
  readonly type: 'outbound.settled';
  readonly messageId: string;
  readonly settled: readonly { readonly recipient: string; readonly state: 'delivered' | 'failed' }[];
}

/** An account has reached its hourly limit: told to it and to administrators. */
export interface LimitedChange extends Placed {
  readonly type: 'sending.limited';
  readonly accountId: string;
  readonly address: string;
}

export interface MailboxChange extends Placed {
  readonly type: 'mailbox.changed';
}

export interface MembershipChange extends Placed {
  readonly type: 'membership.changed';
}

type WorkServerEvents = { readonly [Type in WorkChange['type']]: (change: WorkChange) => void };

/** What the hub says on a socket: every change under its type, and three words about the line. */
export interface ServerEvents extends DiscussionServerEvents, DocumentServerEvents, WorkServerEvents {
  'directive.issued': (change: IssuedChange) => void;
  'directive.recalled': (change: RecalledChange) => void;
  'directive.superseded': (change: SupersededChange) => void;
  'assignment.arrived': (change: ReceiptChange) => void;
  'assignment.opened': (change: ReceiptChange) => void;
  'assignment.acknowledged': (change: ReceiptChange) => void;
  'mail.delivered': (change: MailDeliveredChange) => void;
  'mail.held': (change: HeldChange) => void;
  'mail.decided': (change: DecidedChange) => void;
  'outbound.settled': (change: OutboundChange) => void;
  'sending.limited': (change: LimitedChange) => void;
  'mailbox.changed': (change: MailboxChange) => void;
  'membership.changed': (change: MembershipChange) => void;
  /** Everything up to this position has been sent to this socket. At least every 30 s. */
  synced: (line: { position: number }) => void;
  /** Too far behind, or other rights than before: load a snapshot. */
  resync: (line: { position: number }) => void;
  /** The session has ended; the socket closes. */
  'session.ended': () => void;
}

export type Answer<Result> =
  | ({ readonly ok: true } & Result)
  | {
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string; readonly field?: string };
    };

/** What a client may say on a socket. Commands answer through the acknowledgement callback. */
export interface ClientEvents {
  'directive.issue': (input: unknown, answer: (answer: Answer<{ id: string; code: string }>) => void) => void;
  'directive.recall': (input: unknown, answer: (answer: Answer<object>) => void) => void;
  'assignment.open': (input: unknown, answer: (answer: Answer<object>) => void) => void;
  'assignment.acknowledge': (input: unknown, answer: (answer: Answer<object>) => void) => void;
  /** Cumulative: everything up to this position has reached the device. */
  arrived: (input: unknown) => void;
}
