import type { DirectiveDraft } from '#domain/directive/directive.ts';
import type { IssueRequest, SupersedeRequest } from './request.ts';

/**
 * A request's words as the domain takes them, field by field and in one order: the idempotency key remembers a hash of
 * them, and a client may write its JSON in another order the second time.
 */
export function wordsOf(
  request: SupersedeRequest,
): Omit<DirectiveDraft, 'recipients'> & { secrecy: string | undefined } {
  const { subject, text, urgency, secrecy, dueAt, acknowledgeWithinMinutes } = request;
  return {
    subject,
    text,
    urgency,
    secrecy,
    dueAt: dueAt === undefined ? undefined : new Date(dueAt),
    acknowledgeWithinMinutes,
  };
}

export function draftOf(request: IssueRequest): DirectiveDraft & { secrecy: string | undefined } {
  const { recipients, ...words } = request;
  return { ...wordsOf(words), recipients: recipients.map(({ role, kind, id }) => ({ role, kind, id })) };
}
