/**
 * A refusal: expected, safe to show, with a public code that never changes its meaning. Anything else that is
 * thrown is a fault. The core knows no status numbers; every door answers each code in its own way.
 */
export const errorCodes = [
  'address_taken',
  'archive_beyond_limits',
  'assignment_wrong_state',
  'attachment_unknown',
  'bad_input',
  'deadline_after_parent',
  'deadline_in_past',
  'delegation_over',
  'directive_already_closed',
  'document_wrong_state',
  'draft_wrong_state',
  'duplicate_document',
  'edit_conflict',
  'extension_limit_reached',
  'extension_undecided',
  'file_infected',
  'file_type_mismatch',
  'file_type_refused',
  'idempotency_key_reused',
  'lead_missing',
  'line_break_in_field',
  'mailbox_exists',
  'mailbox_has_children',
  'mailbox_name_bad',
  'mailbox_protected',
  'mailbox_unknown',
  'mention_not_reader',
  'message_too_large',
  'name_taken',
  'no_recipient',
  'not_found',
  'not_permitted',
  'not_signed_in',
  'origin_refused',
  'over_quota',
  'recipient_unknown',
  'secret_content',
  'sender_not_owned',
  'session_ended',
  'text_too_long',
  'time_limit_passed',
  'too_many_attachments',
  'too_many_attempts',
  'too_many_kept',
  'too_many_recipients',
  'two_leads',
  'unavailable',
  'unsupported_media_type',
  'wrong_credentials',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class HubError extends Error {
  readonly code: ErrorCode;
  /** The name of the input field at fault, where one can be named. */
  readonly field: string | undefined;
  /** How long to wait before another try, in milliseconds, for `too_many_attempts` and `unavailable`. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, details: { field?: string; retryAfterMs?: number } = {}) {
    super(code);
    this.name = 'HubError';
    this.code = code;
    this.field = details.field;
    this.retryAfterMs = details.retryAfterMs;
  }
}
