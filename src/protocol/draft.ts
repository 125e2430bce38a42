import type { DirectiveDraft } from '#domain/directive/directive.ts';
import type { DraftContent } from '#domain/directive/draft.ts';
import type { DraftRequest, IssueRequest, SupersedeRequest } from './request.ts';

/**
 * A request's words as the domain takes them, field by field and in one order: the idempotency key remembers a hash of
 * them, and a client may write its JSON in another order the second time.
 */
export function wordsOf(
  request: SupersedeRequest,
): Omit<DirectiveDraft, 'recipients'> & { secrecy: string | undefined } {
  const { subject, text, urgency, secrecy, dueAt, due, origin, acknowledgeWithinMinutes } = request;
  return {
    subject,
    text,
    urgency,
    secrecy,
    dueAt: dueAt === undefined ? undefined : new Date(dueAt),
    ...(due === undefined ? {} : { due }),
    ...(origin === undefined ? {} : { origin }),
    acknowledgeWithinMinutes,
  };
}

export function draftOf(request: IssueRequest): DirectiveDraft & { secrecy: string | undefined } {
  const { recipients, ...words } = request;
  return { ...wordsOf(words), recipients: recipients.map(({ role, kind, id }) => ({ role, kind, id })) };
}

/** What is there of a draft. */
export function contentOf(request: DraftRequest): DraftContent {
  const { subject, text, urgency, dueAt, due, origin, acknowledgeWithinMinutes, recipients } = request;
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text }),
    ...(urgency === undefined ? {} : { urgency }),
    ...(dueAt === undefined ? {} : { dueAt: new Date(dueAt) }),
    ...(due === undefined ? {} : { due }),
    ...(origin === undefined ? {} : { origin }),
    ...(acknowledgeWithinMinutes === undefined ? {} : { acknowledgeWithinMinutes }),
    ...(recipients === undefined
      ? {}
      : {
          recipients: recipients.map(({ role, kind, id }) => ({
            role,
            kind,
            ...(id === undefined ? {} : { id }),
          })),
        }),
  };
}

/** A draft's content as it came, without its secrecy level, which is none. */
export function presentContent(content: DraftContent): Omit<DraftRequest, 'secrecy'> {
  const { subject, text, urgency, dueAt, due, origin, acknowledgeWithinMinutes, recipients } = content;
  return {
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text }),
    ...(urgency === undefined ? {} : { urgency }),
    ...(dueAt === undefined ? {} : { dueAt: dueAt.toISOString() }),
    ...(due === undefined ? {} : { due }),
    ...(origin === undefined
      ? {}
      : {
          origin: {
            kind: origin.kind,
            ...(origin.reference === undefined ? {} : { reference: origin.reference }),
          },
        }),
    ...(acknowledgeWithinMinutes === undefined ? {} : { acknowledgeWithinMinutes }),
    ...(recipients === undefined
      ? {}
      : {
          recipients: recipients.map(({ role, kind, id }) => ({
            role,
            kind,
            ...(id === undefined ? {} : { id }),
          })),
        }),
  };
}
