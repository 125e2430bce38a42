import type { Actor } from '#domain/access/actor.ts';
import type { AssignmentState } from '#domain/directive/assignment-state.ts';
import type { Assignment, Urgency } from '#domain/directive/directive.ts';
import type { Timeliness } from '#domain/directive/timeliness.ts';
import type { Evaluation, WorkKind } from '#domain/directive/work.ts';
import type { Page, StoredDirective } from './hub-store.ts';

/** One line of a timeline. Times inside it are ISO 8601, as they were recorded. */
export interface TimelineEntry {
  readonly id: string;
  readonly kind: 'issued' | 'superseded' | 'recalled' | WorkKind;
  readonly at: Date;
  readonly assignmentId?: string;
  /** To whom the assignment was given, by name. */
  readonly assignee?: string;
  readonly by: { readonly name: string; readonly title: string; readonly onBehalfOf?: string };
  readonly text?: string;
  readonly percent?: number;
  readonly newDueAt?: string;
  readonly previousDueAt?: string;
  readonly evaluation?: Evaluation;
  readonly from?: string;
  readonly to?: string;
}

export const assignmentScopes = ['mine', 'unit', 'given'] as const;
export type AssignmentScope = (typeof assignmentScopes)[number];

export interface AssignmentFilter {
  readonly scope: AssignmentScope;
  readonly states?: readonly AssignmentState[];
  readonly timeliness?: Timeliness;
  readonly urgency?: Urgency;
  /** A unit: what was given to it or below it. */
  readonly organId?: string;
  /** A part of the subject, the code, the title or the assignee's name, as written. */
  readonly text?: string;
}

export interface ListedAssignment {
  readonly assignment: Assignment;
  readonly givenAt: Date;
  readonly directive: {
    readonly id: string;
    readonly code: string;
    readonly subject: string;
    readonly urgency: Urgency;
    readonly issuer: { readonly name: string; readonly title: string; readonly unit: string };
  };
}

export interface WorkReads {
  /** Newest first. `nearUntil`: a deadline up to then is near. */
  assignments(
    actor: Actor,
    filter: AssignmentFilter,
    page: { readonly limit: number; readonly cursor?: string; readonly now: Date; readonly nearUntil: Date },
  ): Promise<Page<ListedAssignment>>;
  /** The issue first; the end of the directive, when its issuer has withdrawn it, comes last. */
  timeline(
    directive: StoredDirective,
    page: {
      /** Absent: all of them. */
      readonly assignmentIds?: readonly string[];
      readonly limit: number;
      readonly cursor?: string;
    },
  ): Promise<Page<TimelineEntry>>;
}
