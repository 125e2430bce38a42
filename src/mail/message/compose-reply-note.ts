import type { ReplyOutcome } from '#domain/mail/reply/reply-outcome.ts';
import { composeAutomatic, threadFields } from './compose-absence.ts';
import { replyNoteText } from './reply-note-text.ts';

export interface ComposeReplyNote {
  readonly messageId: string;
  readonly date: Date;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly locale: 'vi' | 'en';
  /** Of the reply. */
  readonly subject: string;
  readonly messageIdHeader: string | undefined;
  readonly directive: {
    readonly code: string;
    readonly messageIdHeader: string;
    readonly issuerAddress: string;
  };
  readonly outcome: ReplyOutcome;
  /** The words of a refusal. */
  readonly refusal: string;
}

/**
 * Tells the writer of a reply what became of it, in the thread of the directive (RFC 3834, section 3). Whoever answers
 * it writes to the issuer, and so can do better what was not clear. Throws as `composeAbsence` does.
 */
export function composeReplyNote(input: ComposeReplyNote): Buffer {
  const { directive, locale, outcome, refusal } = input;
  const subject = input.subject.trim();
  return composeAutomatic({
    messageId: input.messageId,
    date: input.date,
    from: input.from,
    to: input.to,
    subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
    autoSubmitted: 'auto-replied',
    extra: [
      ['Reply-To', [`<${directive.issuerAddress}>`]],
      ...threadFields({
        messageIdHeader: input.messageIdHeader ?? directive.messageIdHeader,
        references: [directive.messageIdHeader],
      }),
    ],
    text: `${replyNoteText(outcome, { code: directive.code, locale, refusal })}\n\n--\n${
      locale === 'vi' ? 'Thư này được gửi tự động.' : 'This is an automatic reply.'
    }`,
  });
}
