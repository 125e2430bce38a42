import { HubError } from '#domain/hub-error.ts';
import type { AssignmentState } from './assignment-state.ts';
import type { DirectiveState } from './directive-state.ts';
import { checkOrigin, type Origin } from './origin.ts';
import type { Evaluation } from './work.ts';

/** Urgency marks of Decree 30/2020, Appendix I: thường, khẩn, thượng khẩn, hỏa tốc. */
export const urgencies = ['normal', 'khan', 'thuong_khan', 'hoa_toc'] as const;
export type Urgency = (typeof urgencies)[number];

/** Chủ trì, phối hợp, để biết. */
export const roles = ['lead', 'coord', 'info'] as const;
export type Role = (typeof roles)[number];

/** A live directive (ý kiến chỉ đạo). Its words never change after issue: it is superseded or recalled, never edited. */
export interface Directive {
  readonly id: string;
  /** `YKCĐ-2016-000123`: one gapless counter for the province and year. */
  readonly code: string;
  readonly subject: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly issuerAccountId: string;
  readonly issuer: IssuerLabel;
  readonly issuedAt: Date;
  readonly dueAt?: Date;
  /** How the deadline was given, when the calendar counted it. */
  readonly dueKind?: DueSpec['kind'];
  readonly origin?: Origin;
  readonly acknowledgeWithinMinutes?: number;
  /** SHA-256 of the official words, in hex; every receipt is a receipt of exactly this. */
  readonly contentHash: string;
  readonly state: DirectiveState;
  readonly recalledAt?: Date;
  readonly recallReason?: string;
  /** All its leads are done and confirmed. */
  readonly completedAt?: Date;
  /** The one that it takes the place of. */
  readonly supersedesId?: string;
  /** The one that has taken its place. */
  readonly supersededById?: string;
}

/** How the issuer stood at the time of issue. */
export interface IssuerLabel {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

export type AssigneeKind = 'person' | 'unit' | 'everyone';

/**
 * One assignee of a directive (giao việc), or of a part of an assignment. Until somebody takes it up, its state is
 * computed from the receipts of its recipients.
 */
export interface Assignment {
  readonly id: string;
  readonly directiveId: string;
  readonly ordinal: number;
  readonly role: Role;
  readonly assigneeKind: AssigneeKind;
  readonly assigneeId?: string;
  readonly assigneeName: string;
  /** The log room of its recipients. */
  readonly room: string;
  readonly recipientCount: number;
  readonly state: AssignmentState;
  /** The assignment that it is a part of. */
  readonly parentId?: string;
  /** What is to be done, where it is not the directive's own subject. */
  readonly title?: string;
  readonly dueAt?: Date;
  /** The first deadline, once it has been extended. */
  readonly originalDueAt?: Date;
  /** Percent, as last reported. */
  readonly progress?: number;
  readonly extensionCount?: number;
  /** The request for more time that waits for an answer. */
  readonly extensionId?: string;
  readonly extensionDueAt?: Date;
  readonly extensionReason?: string;
  readonly completedAt?: Date;
  readonly evaluation?: Evaluation;
  /** The assignment that this one was handed on from. */
  readonly replacesId?: string;
}

/** Recipient accounts by receipt, and assignments beside them. */
export interface BoardCounts {
  readonly recipients: number;
  readonly delivered: number;
  readonly arrived: number;
  readonly opened: number;
  readonly acknowledged: number;
}

export interface RequestedRecipient {
  readonly role: Role;
  readonly kind: 'person' | 'unit' | 'group' | 'everyone';
  readonly id?: string | undefined;
}

export type DueSpec =
  | { readonly kind: 'working_days'; readonly days: number }
  | { readonly kind: 'date'; readonly date: string };

export interface DirectiveDraft {
  readonly subject: string;
  readonly text: string;
  readonly urgency: Urgency;
  readonly dueAt?: Date | undefined;
  /** In place of `dueAt`: counted from the issue by the calendar, and the date is kept. */
  readonly due?: DueSpec | undefined;
  readonly acknowledgeWithinMinutes?: number | undefined;
  readonly origin?: Origin | undefined;
  readonly recipients: readonly RequestedRecipient[];
}

export const subjectCharactersMax = 500;
export const textCharactersMax = 50_000;
export const recipientsPerDirectiveMax = 500;
const acknowledgeWithinMinutesMax = 30 * 24 * 60;

// A subject becomes a mail header and a line on paper: anything that ends a line would forge what follows.
// eslint-disable-next-line no-control-regex -- these are the characters to refuse
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
// eslint-disable-next-line no-control-regex -- NUL cannot be stored, the others hide text from a reader
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Refuses a draft that may not be issued. Throws `bad_input`, `line_break_in_field`, `text_too_long`,
 * `deadline_in_past`, `no_recipient`, `two_leads`, `lead_missing`, `too_many_recipients`.
 */
export function checkDraft(draft: DirectiveDraft, now: Date): void {
  if (lineBreaking.test(draft.subject)) throw new HubError('line_break_in_field', { field: 'subject' });
  if (draft.subject.trim() === '') throw new HubError('bad_input', { field: 'subject' });
  if (draft.subject.length > subjectCharactersMax) throw new HubError('text_too_long', { field: 'subject' });
  if (draft.text.trim() === '') throw new HubError('bad_input', { field: 'text' });
  if (draft.text.length > textCharactersMax) throw new HubError('text_too_long', { field: 'text' });
  if (controlInText.test(draft.text)) throw new HubError('line_break_in_field', { field: 'text' });
  if (draft.dueAt !== undefined && Number.isNaN(draft.dueAt.getTime()))
    throw new HubError('bad_input', { field: 'dueAt' });
  if (draft.dueAt !== undefined && draft.dueAt <= now)
    throw new HubError('deadline_in_past', { field: 'dueAt' });
  if (draft.due !== undefined && draft.dueAt !== undefined) throw new HubError('bad_input', { field: 'due' });
  if (draft.origin !== undefined) checkOrigin(draft.origin);
  const within = draft.acknowledgeWithinMinutes;
  if (
    within !== undefined &&
    (!Number.isInteger(within) || within < 1 || within > acknowledgeWithinMinutesMax)
  )
    throw new HubError('bad_input', { field: 'acknowledgeWithinMinutes' });
  checkRecipients(draft.recipients);
}

function checkRecipients(recipients: readonly RequestedRecipient[]): void {
  if (recipients.length === 0) throw new HubError('no_recipient', { field: 'recipients' });
  if (recipients.length > recipientsPerDirectiveMax)
    throw new HubError('too_many_recipients', { field: 'recipients' });
  // Decree 30/2020, Article 24: when several are concerned there is exactly one lead.
  if (recipients.filter((recipient) => recipient.role === 'lead').length > 1)
    throw new HubError('two_leads', { field: 'recipients' });
  const coordinates = recipients.some((recipient) => recipient.role === 'coord');
  if (coordinates && !recipients.some((recipient) => recipient.role === 'lead'))
    throw new HubError('lead_missing', { field: 'recipients' });
  for (const recipient of recipients) {
    const named = recipient.id !== undefined;
    if (named === (recipient.kind === 'everyone')) throw new HubError('bad_input', { field: 'recipients' });
  }
}

/** `YKCĐ-<year>-<six digits>` (domain.md §5.4); the number grows past six digits rather than wrap. */
export function directiveCode(year: number, number: number): string {
  return `YKCĐ-${year}-${String(number).padStart(6, '0')}`;
}

/** The words a receipt is bound to, in one unambiguous form. */
export function officialWords(directive: {
  code: string;
  subject: string;
  text: string;
  urgency: Urgency;
  dueAt?: Date | undefined;
  issuedAt: Date;
  issuerAccountId: string;
}): string {
  return JSON.stringify([
    directive.code,
    directive.subject.normalize('NFC'),
    directive.text.normalize('NFC'),
    directive.urgency,
    directive.dueAt?.toISOString() ?? '',
    directive.issuedAt.toISOString(),
    directive.issuerAccountId,
  ]);
}
