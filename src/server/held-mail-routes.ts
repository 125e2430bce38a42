import { Type, type Static } from 'typebox';
import {
  cancelHeld,
  type Decided,
  heldFor,
  type HeldPorts,
  readHeld,
  refuseHeld,
  releaseHeld,
} from '#app/mail/decide-held.ts';
import type { HeldMail } from '#app/ports/held-mail.ts';
import { httpLimits } from './http-limits.ts';
import { answers, idParams, noBody, noNul, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const time = Type.String({ format: 'date-time' });

const heldView = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['moderation', 'scan', 'sending_limit', 'scheduled']),
  group: Type.Optional(Type.String({ description: 'The name of the group it was written to.' })),
  sender: Type.String(),
  subject: Type.Optional(Type.String({ description: 'For its sender and for moderators.' })),
  recipients: Type.Array(Type.String()),
  bytes: Type.Integer(),
  heldAt: time,
  releaseAt: Type.Optional(Type.String({ format: 'date-time', description: 'When it goes on by itself.' })),
  reason: Type.Optional(Type.String()),
});

const octets = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

const decidedView = Type.Object({
  id: Type.String(),
  state: Type.Enum(['held', 'released', 'refused', 'cancelled', 'expired'], {
    description: 'What was decided first; a later decision changes nothing and is answered with it.',
  }),
});

const note = Type.String({ maxLength: 4000, pattern: noNul });

/** Mail that waits: for the caller's word, or for somebody else's. A decision made twice is made once. */
export function heldMailRoutes<Tx>(app: RouteApp, ports: HeldPorts<Tx>): void {
  app.get(
    '/held-mail',
    {
      schema: {
        summary: 'What waits for the caller to decide, and what the caller sent that waits; oldest first.',
        response: answers(200, Type.Object({ toDecide: Type.Array(heldView), sent: Type.Array(heldView) })),
      },
    },
    async (request) => {
      const { toDecide, sent } = await heldFor(ports, sessionOf(request).actor, httpLimits.listItemsMax);
      return {
        // An administrator decides on what a limit holds or a deleted group left, and reads no content.
        toDecide: toDecide.map((held) => presentHeld(held, { subject: held.groupId !== undefined })),
        sent: sent.map((held) => presentHeld(held, { subject: true })),
      };
    },
  );

  app.post(
    '/held-mail/:id/release',
    {
      schema: {
        summary: 'Let it go on.',
        params: idParams,
        body: Type.Union([Type.Object({ note: Type.Optional(note) }, strict), Type.Null()]),
        response: answers(200, decidedView),
      },
    },
    (request): Promise<Decided> => releaseHeld(ports, { ...decisionOf(request), note: request.body?.note }),
  );

  app.post(
    '/held-mail/:id/refuse',
    {
      schema: {
        summary: 'Refuse it; its sender is told the reason when it is an account here.',
        params: idParams,
        body: Type.Object({ note }, strict),
        response: answers(200, decidedView),
      },
    },
    (request): Promise<Decided> => refuseHeld(ports, { ...decisionOf(request), note: request.body.note }),
  );

  app.post(
    '/held-mail/:id/cancel',
    {
      schema: {
        summary: 'Take back what the caller sent.',
        params: idParams,
        body: noBody,
        response: answers(200, decidedView),
      },
    },
    (request): Promise<Decided> => cancelHeld(ports, decisionOf(request)),
  );

  app.get(
    '/held-mail/:id/message',
    {
      schema: {
        summary: 'Its octets, for its sender and for the moderators who decide on it.',
        params: idParams,
        response: {
          200: { description: 'The message.', content: { 'message/rfc822': { schema: octets } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const bytes = await readHeld(ports, decisionOf(request));
      // Somebody else's octets: saved, never shown as a page of ours.
      return reply
        .type('message/rfc822')
        .header('content-disposition', `attachment; filename="${request.params.id}.eml"`)
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .send(bytes);
    },
  );
}

function decisionOf(request: Parameters<typeof sessionOf>[0] & { params: { id: string } }) {
  return { actor: sessionOf(request).actor, id: request.params.id };
}

function presentHeld(held: HeldMail, shown: { subject: boolean }): Static<typeof heldView> {
  const { id, kind, groupName, subject, route, size, heldAt, releaseAt, reason } = held;
  return {
    id,
    kind,
    sender: route.envelope.sender,
    recipients: route.envelope.recipients.map(({ address }) => address),
    bytes: size,
    heldAt: heldAt.toISOString(),
    ...(groupName === undefined ? {} : { group: groupName }),
    ...(shown.subject && subject !== undefined ? { subject } : {}),
    ...(releaseAt === undefined ? {} : { releaseAt: releaseAt.toISOString() }),
    ...(reason === undefined ? {} : { reason }),
  };
}
