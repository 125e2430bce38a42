import { Type } from 'typebox';
import {
  cancelOutbound,
  holdOutbound,
  listOutbound,
  type ManageOutboundPorts,
  outboundIdsMax,
  retryOutbound,
} from '#app/mail/manage-outbound.ts';
import { outboundOctets, readOutbound, type ReadOutboundPorts } from '#app/mail/read-outbound.ts';
import type { OutboundEntry } from '#app/ports/outbound-admin.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayReadSubmitted } from '#domain/access/policy.ts';
import {
  outboundPageView,
  outboundStateSchema,
  type OutboundView,
  readOutboundView,
} from '#protocol/outbound-view.ts';
import { httpLimits } from './http-limits.ts';
import { answers, limitOf, noNul, pageQuery, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const words = Type.Optional(Type.String({ maxLength: httpLimits.queryCharactersMax, pattern: noNul }));
const deliveryParams = Type.Object({ id: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }) }, strict);
const octets = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

const ids = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  minItems: 1,
  maxItems: outboundIdsMax,
});
const changedView = Type.Object({
  changed: Type.Array(Type.Integer(), { description: 'Others have ended, or are being sent now.' }),
});

/** Mail to other domains: the whole queue for an administrator, what they sent for everyone else, who alone may read it. */
export function outboundRoutes(app: RouteApp, ports: ManageOutboundPorts & ReadOutboundPorts): void {
  app.get(
    '/outbound',
    {
      schema: {
        summary: 'Deliveries to other domains, newest first.',
        querystring: Type.Object(
          {
            ...pageQuery,
            state: Type.Optional(outboundStateSchema),
            ended: Type.Optional(
              Type.Enum(['true', 'false'] as const, {
                description: 'Delivered, failed or cancelled; or queued or held.',
              }),
            ),
            domain: words,
            sender: words,
            recipient: words,
          },
          strict,
        ),
        response: answers(200, outboundPageView),
      },
    },
    async (request) => {
      const { limit, cursor, ended, ...filter } = request.query;
      const { actor } = sessionOf(request);
      const page = await listOutbound(ports, {
        actor,
        filter: { ...filter, ...(ended === undefined ? {} : { ended: ended === 'true' }) },
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map((entry) => presentOutbound(entry, actor)) };
    },
  );

  app.get(
    '/outbound/:id',
    {
      schema: {
        summary: 'What was sent, as text, for its sender.',
        params: deliveryParams,
        response: answers(200, readOutboundView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const { entry, message } = await readOutbound(ports, { actor, id: Number(request.params.id) });
      return {
        ...message,
        delivery: presentOutbound(entry, actor),
        headers: [...message.headers],
        attachments: [...message.attachments],
      };
    },
  );

  app.get(
    '/outbound/:id/message',
    {
      schema: {
        summary: 'Its octets, for its sender.',
        params: deliveryParams,
        response: {
          200: { description: 'The message.', content: { 'application/octet-stream': { schema: octets } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const { bytes } = await outboundOctets(ports, { actor, id: Number(request.params.id) });
      // A mail program opens it when the person says so; no browser takes it for a page of ours.
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${request.params.id}.eml"`)
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .send(bytes);
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

function presentOutbound(entry: OutboundEntry, actor: Actor): OutboundView {
  const { id, messageId, sender, recipient, domain, subject, sending, attempts } = entry;
  const mine = mayReadSubmitted(actor, entry);
  return {
    id,
    messageId,
    sender,
    recipient,
    domain,
    mine,
    ...(subject === undefined ? {} : { subject }),
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
