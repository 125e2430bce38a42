import { type ErrorCode, HubError } from '#domain/hub-error.ts';

import { CommandRefused } from './responses.ts';

interface Refusal {
  /** A response code of RFC 5530 or RFC 9051, section 7.1. */
  readonly code: string | undefined;
  readonly text: string;
}

const notForImap: Refusal = { code: 'CANNOT', text: 'This cannot be done through IMAP' };

/** What each refusal of the hub is in IMAP. A new code does not compile until it is answered here. */
const refusals: Record<ErrorCode, Refusal> = {
  address_taken: notForImap,
  archive_beyond_limits: notForImap,
  assignment_wrong_state: notForImap,
  attachment_unknown: notForImap,
  bad_input: { code: 'CANNOT', text: 'The request is not acceptable' },
  deadline_after_parent: notForImap,
  deadline_in_past: notForImap,
  delegation_over: notForImap,
  directive_already_closed: notForImap,
  document_wrong_state: notForImap,
  duplicate_document: notForImap,
  edit_conflict: notForImap,
  extension_limit_reached: notForImap,
  extension_undecided: notForImap,
  draft_wrong_state: notForImap,
  file_infected: notForImap,
  file_type_mismatch: notForImap,
  file_type_refused: notForImap,
  idempotency_key_reused: notForImap,
  lead_missing: notForImap,
  line_break_in_field: { code: 'CANNOT', text: 'A field holds a line break' },
  mailbox_exists: { code: 'ALREADYEXISTS', text: 'The mailbox is there already' },
  mailbox_has_children: { code: 'HASCHILDREN', text: 'The mailbox has mailboxes below it' },
  mailbox_name_bad: { code: 'CANNOT', text: 'The mailbox name is not allowed' },
  mailbox_protected: { code: 'CANNOT', text: 'This mailbox has to stay' },
  mailbox_unknown: { code: 'NONEXISTENT', text: 'There is no such mailbox' },
  mention_not_reader: notForImap,
  message_too_large: { code: 'TOOBIG', text: 'The message is too large' },
  name_taken: notForImap,
  no_recipient: notForImap,
  not_found: { code: 'NONEXISTENT', text: 'There is no such thing' },
  not_permitted: { code: 'NOPERM', text: 'Not permitted' },
  not_signed_in: { code: 'AUTHORIZATIONFAILED', text: 'Sign in first' },
  origin_refused: { code: 'AUTHORIZATIONFAILED', text: 'Not allowed from here' },
  over_quota: { code: 'OVERQUOTA', text: 'The quota is used up' },
  recipient_unknown: notForImap,
  secret_content: {
    code: 'CANNOT',
    text: 'The message bears a secrecy mark and must not be kept on a networked system',
  },
  sender_not_owned: { code: 'NOPERM', text: 'The sender address is not yours' },
  session_ended: { code: 'EXPIRED', text: 'The session has ended' },
  text_too_long: { code: 'LIMIT', text: 'The text is too long' },
  time_limit_passed: notForImap,
  too_many_attachments: notForImap,
  too_many_attempts: { code: 'LIMIT', text: 'Too many attempts' },
  too_many_kept: notForImap,
  too_many_recipients: { code: 'LIMIT', text: 'Too many recipients' },
  two_leads: notForImap,
  unavailable: { code: 'UNAVAILABLE', text: 'Not available at the moment, nothing was changed; try again' },
  unsupported_media_type: notForImap,
  wrong_credentials: { code: 'AUTHENTICATIONFAILED', text: 'Wrong address or password' },
};

export function refusalOf(error: HubError): CommandRefused {
  const { code, text } = refusals[error.code];
  const wait =
    error.retryAfterMs === undefined ? '' : `; try again in ${Math.ceil(error.retryAfterMs / 1000)} seconds`;
  return new CommandRefused(text + wait, code);
}

/** For COPY, MOVE and APPEND an unknown mailbox is one the client may create first (RFC 9051, section 6.3.12). */
export async function orTryCreate<Result>(attempt: Promise<Result>): Promise<Result> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof HubError && error.code === 'mailbox_unknown') {
      throw new CommandRefused('There is no such mailbox', 'TRYCREATE');
    }
    throw error;
  }
}
