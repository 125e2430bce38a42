import { HubError } from '#domain/hub-error.ts';
import type { AssignmentState } from './assignment-state.ts';
import type { Role } from './directive.ts';

/** Rules about work on assignments that need more than a state (domain.md §5.2). */

export const extensionsMax = 2;
export const reopenWithinDays = 30;
/** A unit that is not competent says so at once. */
export const returnWithinWorkingDays = 1;
const dayMs = 24 * 3_600_000;
export const wordsCharactersMax = 10_000;
export const titleCharactersMax = 500;

/** Đánh giá: xuất sắc, tốt, hoàn thành, không hoàn thành. */
export const evaluations = ['excellent', 'good', 'done', 'not_done'] as const;
export type Evaluation = (typeof evaluations)[number];

export const extensionStates = ['pending', 'approved', 'denied', 'withdrawn'] as const;
export type ExtensionState = (typeof extensionStates)[number];

/** What was done, as the timeline keeps it: one word for each event of the log. */
export const workKinds = [
  'accepted',
  'delegated',
  'returned',
  'insisted',
  'reassigned',
  'reported',
  'extension_requested',
  'extension_approved',
  'extension_denied',
  'extension_withdrawn',
  'submitted',
  'endorsed',
  'confirmed',
  'rejected',
  'evaluated',
  'reopened',
  'cancelled',
  'reminded',
] as const;
export type WorkKind = (typeof workKinds)[number];

// eslint-disable-next-line no-control-regex -- NUL cannot be stored, the others hide text from a reader
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Words of a person, trimmed and NFC. Throws `bad_input` when they must be and are not, `text_too_long`. */
export function wordsOf(text: string | undefined, field: string, need: 'must' | 'may'): string | undefined {
  const words = text?.trim().normalize('NFC') ?? '';
  if (words === '') {
    if (need === 'must') throw new HubError('bad_input', { field });
    return undefined;
  }
  if (words.length > wordsCharactersMax) throw new HubError('text_too_long', { field });
  if (controlInText.test(words)) throw new HubError('line_break_in_field', { field });
  return words;
}

/** Words that must be there. */
export function neededWords(text: string, field: string): string {
  return wordsOf(text, field, 'must') ?? '';
}

/** Throws `bad_input` unless it is a whole number of percent. */
export function checkPercent(percent: number): void {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100)
    throw new HubError('bad_input', { field: 'percent' });
}

export interface ExtensionAsked {
  readonly dueAt?: Date | undefined;
  readonly extensionCount?: number | undefined;
  readonly extensionId?: string | undefined;
}

/**
 * A later deadline may be asked for while the present one has not passed, at most `extensionsMax` times, one request at
 * a time. Throws `bad_input`, `deadline_in_past`, `extension_undecided`, `extension_limit_reached`.
 */
export function checkExtension(work: ExtensionAsked, newDueAt: Date, now: Date): void {
  if (work.extensionId !== undefined) throw new HubError('extension_undecided');
  if ((work.extensionCount ?? 0) >= extensionsMax) throw new HubError('extension_limit_reached');
  if (Number.isNaN(newDueAt.getTime())) throw new HubError('bad_input', { field: 'newDueAt' });
  if (work.dueAt === undefined || newDueAt <= work.dueAt)
    throw new HubError('bad_input', { field: 'newDueAt' });
  if (now > work.dueAt || newDueAt <= now) throw new HubError('deadline_in_past', { field: 'newDueAt' });
}

/** Throws `time_limit_passed` more than `reopenWithinDays` days after it was done. */
export function checkReopen(completedAt: Date, now: Date): void {
  if (now.getTime() - completedAt.getTime() > reopenWithinDays * dayMs)
    throw new HubError('time_limit_passed');
}

/**
 * Parts of an assignment have one lead among those that live, and none is due after it. Throws `lead_missing`,
 * `two_leads`, `deadline_after_parent`, `deadline_in_past`.
 */
export function checkParts(
  parent: { readonly dueAt?: Date | undefined },
  living: readonly { readonly role: Role }[],
  added: readonly { readonly role: Role; readonly dueAt?: Date | undefined }[],
  now: Date,
): void {
  const leads = [...living, ...added].filter(({ role }) => role === 'lead').length;
  if (leads === 0) throw new HubError('lead_missing', { field: 'recipients' });
  if (leads > 1) throw new HubError('two_leads', { field: 'recipients' });
  for (const { dueAt } of added) {
    if (dueAt === undefined) continue;
    if (Number.isNaN(dueAt.getTime())) throw new HubError('bad_input', { field: 'dueAt' });
    if (dueAt <= now) throw new HubError('deadline_in_past', { field: 'dueAt' });
    if (parent.dueAt !== undefined && dueAt > parent.dueAt)
      throw new HubError('deadline_after_parent', { field: 'dueAt' });
  }
}

/** A directive is completed when every lead that was not cancelled or handed on is done, and there is one. */
export function isCompleted(
  assignments: readonly {
    readonly role: Role;
    readonly state: AssignmentState;
    readonly parentId?: string | undefined;
  }[],
): boolean {
  const leads = assignments.filter(
    ({ role, state, parentId }) =>
      role === 'lead' && parentId === undefined && state !== 'cancelled' && state !== 'transferred',
  );
  return leads.length > 0 && leads.every(({ state }) => state === 'done');
}
