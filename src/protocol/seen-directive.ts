import type { Directive, Assignment, BoardCounts } from '#domain/directive/directive.ts';
import { toStored } from '#domain/stored.ts';
import { directiveWords, presentAssignment } from './present-assignment.ts';
import type { DirectiveView } from './view.ts';

/** A directive as stored, with what one viewer may see of it. */
export interface DirectiveSight {
  readonly directive: Directive;
  readonly assignments: readonly Assignment[];
  readonly issuer: boolean;
  readonly mine?: { readonly openedAt?: Date; readonly acknowledgedAt?: Date };
  readonly counts: BoardCounts;
}

export function presentDirective(seen: DirectiveSight): DirectiveView {
  return {
    ...directiveWords(toStored(seen.directive)),
    assignments: seen.assignments.map((assignment) => presentAssignment(toStored(assignment), seen.issuer)),
    ...(seen.mine === undefined ? {} : { mine: presentMine(seen.mine) }),
    ...(seen.issuer ? { board: seen.counts } : {}),
  };
}

function presentMine(mine: NonNullable<DirectiveSight['mine']>): NonNullable<DirectiveView['mine']> {
  return {
    ...(mine.openedAt === undefined ? {} : { openedAt: mine.openedAt.toISOString() }),
    ...(mine.acknowledgedAt === undefined ? {} : { acknowledgedAt: mine.acknowledgedAt.toISOString() }),
  };
}
