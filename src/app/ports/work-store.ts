import type { AssignmentState } from '#domain/directive/assignment-state.ts';
import type { DirectiveState } from '#domain/directive/directive-state.ts';
import type { Assignment, BoardCounts, Role } from '#domain/directive/directive.ts';
import type { MovedAssignment, WorkRecord } from '#domain/directive/work-event.ts';
import type { Evaluation, ExtensionState } from '#domain/directive/work.ts';
import type { ResolvedAssignee, StoredDirective } from './hub-store.ts';

/** An assignment with what stands around it. */
export interface Work {
  readonly directive: StoredDirective;
  readonly assignment: Assignment;
  /** Rooms of the assignments it is a part of. */
  readonly above: readonly string[];
  readonly parent?: Assignment;
  readonly givenAt: Date;
  readonly submittedAt?: Date;
  readonly confirmedAt?: Date;
}

/** What an act changes; what is absent stays, null takes away. */
export interface WorkPatch {
  readonly workState?: AssignmentState | null;
  readonly acknowledgedAt?: Date;
  readonly progress?: number;
  readonly dueAt?: Date;
  readonly originalDueAt?: Date;
  readonly extensionCount?: number;
  readonly extension?: { readonly id: string; readonly dueAt: Date; readonly reason: string } | null;
  readonly submittedAt?: Date;
  readonly completedAt?: Date | null;
  readonly confirmedAt?: Date | null;
  readonly evaluation?: Evaluation | null;
}

export interface NewPart {
  readonly id: string;
  readonly assignee: ResolvedAssignee;
  readonly role: Role;
  readonly title?: string | undefined;
  readonly dueAt?: Date | undefined;
  readonly parentId?: string | undefined;
  readonly above: readonly string[];
  readonly replacesId?: string | undefined;
}

export interface NewExtension {
  readonly id: string;
  readonly assignmentId: string;
  readonly previousDueAt: Date;
  readonly newDueAt: Date;
  readonly reason: string;
  readonly requestedAt: Date;
  readonly requestedBy: string;
}

/** What use cases of work on assignments may do inside their one transaction. */
export interface WorkTransaction {
  /** Without a lock, for what has to be done before the directive is locked. */
  findWork(assignmentId: string): Promise<Work | undefined>;
  /** Locks the directive: everything that happens to it happens one after another. */
  lockWork(assignmentId: string): Promise<Work | undefined>;
  assignmentsOf(directiveId: string): Promise<readonly Assignment[]>;
  patchAssignments(ids: readonly string[], patch: WorkPatch): Promise<void>;
  /** They as they stand now, in the order of their ids given. */
  movedAssignments(ids: readonly string[]): Promise<readonly MovedAssignment[]>;
  setDirectiveState(id: string, state: DirectiveState, completedAt: Date | undefined): Promise<void>;
  addWorkRecord(record: WorkRecord): Promise<void>;
  /**
   * Puts the directive's mail into the mailboxes of assignees who have not had it. Before the directive is locked, as
   * everywhere mailboxes come first. Gives the accounts it was put to.
   */
  deliverToAssignees(
    directive: StoredDirective,
    assignees: readonly ResolvedAssignee[],
    at: Date,
  ): Promise<readonly string[]>;
  /** New assignments of a directive that is issued, with their recipients. Throws `no_recipient`. */
  addAssignments(directiveId: string, parts: readonly NewPart[], at: Date): Promise<BoardCounts>;
  openExtension(extension: NewExtension): Promise<void>;
  closeExtension(
    id: string,
    state: Exclude<ExtensionState, 'pending'>,
    decided: { readonly at: Date; readonly by: string; readonly note?: string | undefined },
  ): Promise<void>;
  /** Every mailbox that holds the directive's mail or will hold the assignees': before any directive is locked. */
  lockMailboxesOf(
    directive: StoredDirective,
    assignees: readonly ResolvedAssignee[],
    at: Date,
  ): Promise<void>;
  /** Marks the directive's mail in every mailbox. Before the directive is locked. */
  markMailRecalled(directive: StoredDirective): Promise<void>;
  /** Locks and closes it. Throws `directive_already_closed`. */
  supersedeDirective(directive: StoredDirective, supersededById: string, at: Date): Promise<void>;
}
