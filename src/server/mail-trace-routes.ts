import { Type, type Static } from 'typebox';
import { findTrace, tracePageMax } from '#app/mail/read-trace.ts';
import type { MailTrace, TracedStep, TraceFilter } from '#app/ports/mail-trace.ts';
import { HubError } from '#domain/hub-error.ts';
import { csvOf } from '#lib/csv.ts';
import { httpLimits } from './http-limits.ts';
import { answers, limitOf, noNul, pageQuery, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const words = Type.Optional(Type.String({ maxLength: httpLimits.traceWordsMax, pattern: noNul }));
const moment = Type.Optional(Type.String({ format: 'date-time' }));
const filterQuery = { messageId: words, sender: words, recipient: words, since: moment, until: moment };

const stepView = Type.Object({
  id: Type.Integer(),
  at: Type.String({ format: 'date-time' }),
  step: Type.String(),
  messageId: Type.Optional(Type.String({ description: 'The Message-ID.' })),
  traceId: Type.Optional(Type.String({ description: 'Of the SMTP transaction, as in Received.' })),
  subject: Type.Optional(Type.String({ description: 'For its sender and for the clerk of its organ.' })),
  sender: Type.String(),
  recipients: Type.Array(Type.String()),
  detail: Type.Unsafe<object>(Type.Object({}, { additionalProperties: true })),
});

/** What happened to mail, step by step, for 90 days. */
export function mailTraceRoutes(app: RouteApp, ports: { readonly trace: MailTrace }): void {
  app.get(
    '/mail-trace',
    {
      schema: {
        summary: 'What happened to mail, newest step first.',
        description:
          'What the caller sent; for a clerk, what the organ sent; for an administrator everything, without subjects.',
        querystring: Type.Object({ ...pageQuery, ...filterQuery }, strict),
        response: answers(
          200,
          Type.Object({ items: Type.Array(stepView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const page = await findTrace(ports, {
        actor: sessionOf(request).actor,
        filter: filterOf(filter),
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map(presentStep) };
    },
  );

  app.get(
    '/mail-trace.csv',
    {
      schema: {
        summary: 'The newest of the same steps, for a spreadsheet.',
        querystring: Type.Object(filterQuery, strict),
        response: {
          200: { description: 'A table.', content: { 'text/csv': { schema: Type.String() } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { items } = await findTrace(ports, {
        actor: sessionOf(request).actor,
        filter: filterOf(request.query),
        limit: tracePageMax,
      });
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="mail-trace.csv"')
        .send(csvOf([columns, ...items.map(rowOf)]));
    },
  );
}

function filterOf(query: {
  messageId?: string;
  sender?: string;
  recipient?: string;
  since?: string;
  until?: string;
}): TraceFilter {
  const { messageId, sender, recipient, since, until } = query;
  return {
    ...(messageId === undefined ? {} : { messageIdHeader: bracketed(messageId) }),
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(since === undefined ? {} : { since: momentOf(since, 'since') }),
    ...(until === undefined ? {} : { until: momentOf(until, 'until') }),
  };
}

/** The format admits a leap second, which is no moment here. */
function momentOf(text: string, field: string): Date {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw new HubError('bad_input', { field });
  return moment;
}

/** Programs show a Message-ID with its brackets, and people copy it without. */
function bracketed(id: string): string {
  const bare = id.trim();
  return bare.startsWith('<') ? bare : `<${bare}>`;
}

function presentStep(step: TracedStep): Static<typeof stepView> {
  const { id, at, traceId, messageIdHeader, subject, sender, recipients, detail } = step;
  return {
    id,
    at: at.toISOString(),
    step: step.step,
    ...(messageIdHeader === undefined ? {} : { messageId: messageIdHeader }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(subject === undefined ? {} : { subject }),
    sender,
    recipients: [...recipients],
    detail,
  };
}

const columns = [
  'at',
  'step',
  'message-id',
  'subject',
  'sender',
  'recipients',
  'status',
  'host',
  'reply',
  'reason',
];

function rowOf({ at, step, messageIdHeader, subject, sender, recipients, detail }: TracedStep): string[] {
  return [
    at.toISOString(),
    step,
    messageIdHeader ?? '',
    subject ?? '',
    sender,
    recipients.join(' '),
    detail.status ?? '',
    detail.host ?? '',
    detail.reply ?? '',
    detail.reason ?? '',
  ];
}
