import { type ErrorCode, HubError } from '#domain/hub-error.ts';
import { type SmtpReply, SmtpRefusal } from './smtp-refusal.ts';

/** What cannot happen at this door. 5xx, because trying again would change nothing. */
const notForSmtp: SmtpReply = { code: 554, status: '5.5.1', text: 'This cannot be done through SMTP' };
const wrongCredentials: SmtpReply = { code: 535, status: '5.7.8', text: 'Wrong address or password' };
const mailboxUnknown: SmtpReply = { code: 550, status: '5.1.1', text: 'No such mailbox here' };

/** A fault is never a refusal: 4xx keeps the message with its sender, who tries again (architecture.md §6). */
export const faultReply: SmtpReply = {
  code: 451,
  status: '4.3.0',
  text: 'A fault on our side, nothing was kept; try again later',
};

/** What each refusal of the hub is in SMTP. A new code does not compile until it is answered here. */
export const errorReplies: Record<ErrorCode, SmtpReply> = {
  address_taken: notForSmtp,
  archive_beyond_limits: notForSmtp,
  assignment_wrong_state: notForSmtp,
  attachment_unknown: notForSmtp,
  bad_input: { code: 501, status: '5.5.4', text: 'The request is not acceptable' },
  deadline_after_parent: notForSmtp,
  deadline_in_past: notForSmtp,
  delegation_over: notForSmtp,
  directive_already_closed: notForSmtp,
  document_wrong_state: notForSmtp,
  duplicate_document: notForSmtp,
  edit_conflict: notForSmtp,
  extension_limit_reached: notForSmtp,
  extension_undecided: notForSmtp,
  draft_wrong_state: notForSmtp,
  file_infected: notForSmtp,
  file_type_mismatch: notForSmtp,
  file_type_refused: notForSmtp,
  idempotency_key_reused: notForSmtp,
  lead_missing: notForSmtp,
  line_break_in_field: { code: 554, status: '5.6.0', text: 'A field holds a line break' },
  mailbox_exists: notForSmtp,
  mailbox_has_children: notForSmtp,
  mailbox_name_bad: notForSmtp,
  mailbox_protected: notForSmtp,
  mailbox_unknown: mailboxUnknown,
  mention_not_reader: notForSmtp,
  message_too_large: { code: 552, status: '5.3.4', text: 'The message is too large' },
  name_taken: notForSmtp,
  no_recipient: { code: 503, status: '5.5.1', text: 'No recipient' },
  not_found: mailboxUnknown,
  not_permitted: { code: 550, status: '5.7.1', text: 'Not permitted' },
  not_signed_in: { code: 530, status: '5.7.0', text: 'Sign in first' },
  origin_refused: { code: 550, status: '5.7.1', text: 'Not allowed from here' },
  over_quota: { code: 452, status: '4.2.2', text: 'The mailbox is full; try again later' },
  recipient_unknown: mailboxUnknown,
  secret_content: {
    code: 550,
    status: '5.7.1',
    text: 'The message bears a state secrecy mark and may not be sent over this network (Law on the Protection of State Secrets)',
  },
  sender_not_owned: {
    code: 550,
    status: '5.7.1',
    text: 'From must be one address, your own or that of a unit you answer for',
  },
  session_ended: { code: 530, status: '5.7.0', text: 'The session has ended; sign in again' },
  text_too_long: { code: 552, status: '5.3.4', text: 'The text is too long' },
  time_limit_passed: notForSmtp,
  too_many_attachments: notForSmtp,
  too_many_attempts: { code: 454, status: '4.7.0', text: 'Too many attempts; try again later' },
  too_many_kept: notForSmtp,
  too_many_recipients: { code: 452, status: '4.5.3', text: 'Too many recipients' },
  two_leads: notForSmtp,
  unsupported_media_type: notForSmtp,
  unavailable: {
    code: 451,
    status: '4.3.0',
    text: 'Not available at the moment, nothing was kept; try again later',
  },
  wrong_credentials: wrongCredentials,
};

/** The answer to whatever was thrown: a refusal as it is, anything else as a fault. */
export function refusalOf(error: unknown): SmtpRefusal {
  if (error instanceof SmtpRefusal) return error;
  if (error instanceof HubError) return new SmtpRefusal(errorReplies[error.code]);
  return new SmtpRefusal(faultReply);
}

/** RFC 4954, section 6: during AUTH what is not about the credentials is a temporary failure. */
export function signInRefusalOf(error: unknown): SmtpRefusal {
  const wrong = error instanceof HubError && error.code === 'wrong_credentials';
  return new SmtpRefusal(
    wrong ? wrongCredentials : { code: 454, status: '4.7.0', text: 'Cannot sign in now; try again later' },
  );
}
