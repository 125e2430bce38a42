import type { AssignmentView, DirectiveView, MeView } from '#protocol/view.ts';
import { answersQuery } from '#client/words/fold.ts';

/** How a directive stands for the person at the screen. */
export type Standing = 'recalled' | 'acknowledged' | 'opened' | 'sent' | 'issued';

export function standingOf(directive: DirectiveView): Standing {
  if (directive.state === 'recalled') return 'recalled';
  if (directive.mine === undefined) return 'issued';
  if (directive.mine.acknowledgedAt !== undefined) return 'acknowledged';
  return directive.mine.openedAt === undefined ? 'sent' : 'opened';
}

export function waitsForMe(directive: DirectiveView): boolean {
  const standing = standingOf(directive);
  return standing === 'sent' || standing === 'opened';
}

/**
 * The assignment that the person acknowledges: one still open before one that is done, and of several the one that
 * names the person, then the unit, then the whole province. An issuer sees everybody's assignments, so there a name
 * must match.
 */
export function ownAssignment(directive: DirectiveView, me: MeView): AssignmentView | undefined {
  if (directive.mine === undefined) return undefined;
  const own =
    directive.board === undefined
      ? directive.assignments
      : directive.assignments.filter(
          ({ kind, name }) => kind === 'everyone' || name === (kind === 'person' ? me.name : me.unit),
        );
  const kinds: readonly AssignmentView['kind'][] = ['person', 'unit', 'everyone'];
  const open = own.filter(({ state }) => state !== 'acknowledged' && state !== 'cancelled');
  const among = open.length > 0 ? open : own;
  return kinds
    .map((kind) => among.find((assignment) => assignment.kind === kind))
    .find((found) => found !== undefined);
}

/** Until when the person should have acknowledged, where the issuer asked for it. */
export function acknowledgeBy(directive: DirectiveView): Date | undefined {
  if (directive.acknowledgeWithinMinutes === undefined) return undefined;
  return new Date(Date.parse(directive.issuedAt) + directive.acknowledgeWithinMinutes * 60_000);
}

/** Overdue is said of what is not yet done: the deadline or the time to acknowledge has passed without a receipt. */
export function isOverdue(directive: DirectiveView, now: Date): boolean {
  if (!waitsForMe(directive)) return false;
  const by = acknowledgeBy(directive);
  const due = directive.dueAt === undefined ? undefined : new Date(directive.dueAt);
  return (by !== undefined && by <= now) || (due !== undefined && due <= now);
}

export const shows = ['waiting', 'acknowledged', 'overdue'] as const;
export type Show = (typeof shows)[number];

export function isShown(directive: DirectiveView, show: Show | undefined, now: Date): boolean {
  switch (show) {
    case undefined:
      return true;
    case 'waiting':
      return waitsForMe(directive);
    case 'acknowledged':
      return standingOf(directive) === 'acknowledged';
    case 'overdue':
      return isOverdue(directive, now);
  }
}

export function answersSearch(directive: DirectiveView, query: string): boolean {
  const { code, subject, issuer } = directive;
  return answersQuery(`${code} ${subject} ${issuer.title} ${issuer.name} ${issuer.unit}`, query);
}
