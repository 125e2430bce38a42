import { Type, type Static } from 'typebox';
import {
  cancelOutbound,
  holdOutbound,
  listOutbound,
  type ManageOutboundPorts,
  outboundIdsMax,
  retryOutbound,
} from '#app/mail/manage-outbound.ts';
import type { OutboundEntry } from '#app/ports/outbound-admin.ts';
import { httpLimits } from './http-limits.ts';
import { answers, limitOf, noNul, pageQuery, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });
const state = Type.Enum(['queued', 'held', 'delivered', 'failed', 'cancelled'] as const);
const words = Type.Optional(Type.String({ maxLength: httpLimits.queryCharactersMax, pattern: noNul }));

const outboundView = Type.Object({
  id: Type.Integer(),
  messageId: Type.String(),
  sender: Type.String(),
  recipient: Type.String(),
  domain: Type.String(),
  state,
  sending: Type.Boolean({ description: 'An attempt is being made at this moment.' }),
  attempts: Type.Integer(),
  bytes: Type.Integer(),
  queuedAt: time,
  nextAttemptAt: Type.Optional(time),
  expiresAt: time,
  settledAt: Type.Optional(time),
  status: Type.Optional(Type.String({ description: 'Enhanced status code of the last attempt (RFC 3463).' })),
  reply: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
});

const ids = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  minItems: 1,
  maxItems: outboundIdsMax,
});
const changedView = Type.Object({
  changed: Type.Array(Type.Integer(), { description: 'Others have ended, or are being sent now.' }),
});

/** Mail to other domains: the whole queue for an administrator, what they sent for everyone else; never content. */
export function outboundRoutes(app: RouteApp, ports: ManageOutboundPorts): void {
  app.get(
    '/outbound',
    {
      schema: {
        summary: 'Deliveries to other domains, newest first.',
        querystring: Type.Object(
          { ...pageQuery, state: Type.Optional(state), domain: words, sender: words, recipient: words },
          strict,
        ),
        response: answers(
          200,
          Type.Object({ items: Type.Array(outboundView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const page = await listOutbound(ports, {
        actor: sessionOf(request).actor,
        filter,
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map(presentOutbound) };
    },
  );

  for (const [act, run, summary] of [
    ['hold', holdOutbound, 'Keep deliveries back until they are retried.'],
    ['retry', retryOutbound, 'Try deliveries now, held ones too.'],
  ] as const) {
    app.post(
      `/outbound/${act}`,
      { schema: { summary, body: Type.Object({ ids }, strict), response: answers(200, changedView) } },
      async (request) => {
        const { changed } = await run(ports, { actor: sessionOf(request).actor, ids: request.body.ids });
        return { changed: [...changed] };
      },
    );
  }

  app.post(
    '/outbound/cancel',
    {
      schema: {
        summary: 'Give deliveries up; with a notice their senders are told as of a failure.',
        body: Type.Object({ ids, notice: Type.Boolean() }, strict),
        response: answers(200, changedView),
      },
    },
    async (request) => {
      const { changed } = await cancelOutbound(ports, {
        actor: sessionOf(request).actor,
        ids: request.body.ids,
        notice: request.body.notice,
      });
      return { changed: [...changed] };
    },
  );
}

function presentOutbound(entry: OutboundEntry): Static<typeof outboundView> {
  const { id, messageId, sender, recipient, domain, sending, attempts } = entry;
  return {
    id,
    messageId,
    sender,
    recipient,
    domain,
    state: entry.state,
    sending,
    attempts,
    bytes: entry.size,
    queuedAt: entry.queuedAt.toISOString(),
    ...(entry.state === 'queued' ? { nextAttemptAt: entry.nextAttemptAt.toISOString() } : {}),
    expiresAt: entry.expiresAt.toISOString(),
    ...(entry.settledAt === undefined ? {} : { settledAt: entry.settledAt.toISOString() }),
    ...(entry.lastStatus === undefined ? {} : { status: entry.lastStatus }),
    ...(entry.lastReply === undefined ? {} : { reply: entry.lastReply }),
    ...(entry.lastHost === undefined ? {} : { host: entry.lastHost }),
  };
}
