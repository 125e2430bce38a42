import { Type } from 'typebox';
import {
  outsideRecipientsMax,
  outsideRecipientsOf,
  sendOutside,
  type OutsidePorts,
} from '#app/directive/send-outside.ts';
import type { OutsideRecipient } from '#app/ports/outside-recipients.ts';
import { answers, idempotencyHeaders, idParams, noNul, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const sendRequest = Type.Object(
  {
    addresses: Type.Array(Type.String({ minLength: 3, maxLength: 320, pattern: noNul }), {
      minItems: 1,
      maxItems: outsideRecipientsMax,
    }),
  },
  strict,
);
const recipientView = Type.Object({
  id: Type.Integer(),
  address: Type.String(),
  sentAt: Type.String(),
  expiresAt: Type.String(),
  acknowledgedAt: Type.Optional(Type.String()),
  acknowledgedVia: Type.Optional(Type.Union([Type.Literal('link'), Type.Literal('mail')])),
});
const recipientsView = Type.Object({ items: Type.Array(recipientView) });

/** People outside the hub whom a directive was sent to. */
export function outsideRoutes(app: RouteApp, ports: OutsidePorts): void {
  app.post(
    '/directives/:id/outside-recipients',
    {
      schema: {
        summary: 'Send a directive to people outside the hub.',
        description:
          'Each gets a mail with a signed token to acknowledge by. Whoever had it before is left alone.',
        headers: idempotencyHeaders,
        params: idParams,
        body: sendRequest,
        response: answers(200, recipientsView),
      },
    },
    async (request) =>
      viewOf(
        await sendOutside(ports, {
          actor: sessionOf(request).actor,
          directiveId: request.params.id,
          addresses: request.body.addresses,
          key: request.headers['idempotency-key'],
        }),
      ),
  );
  app.get(
    '/directives/:id/outside-recipients',
    {
      schema: {
        summary: 'The people outside, and who has acknowledged.',
        params: idParams,
        response: answers(200, recipientsView),
      },
    },
    async (request) =>
      viewOf(
        await outsideRecipientsOf(ports, { actor: sessionOf(request).actor, directiveId: request.params.id }),
      ),
  );
}

function viewOf(recipients: readonly OutsideRecipient[]) {
  return {
    items: recipients.map(
      ({ directiveId: _directiveId, sentAt, expiresAt, acknowledgedAt, ...recipient }) => ({
        ...recipient,
        sentAt: sentAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
        ...(acknowledgedAt === undefined ? {} : { acknowledgedAt: acknowledgedAt.toISOString() }),
      }),
    ),
  };
}
