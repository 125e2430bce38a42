import { Type, type Static } from 'typebox';

/** Mail to other domains as it crosses the wire: metadata for who may see that it left, content for its sender alone. */

const time = Type.String({ format: 'date-time' });
export const outboundStateSchema = Type.Enum(['queued', 'held', 'delivered', 'failed', 'cancelled'] as const);

export const outboundView = Type.Object({
  id: Type.Integer(),
  messageId: Type.String(),
  sender: Type.String(),
  recipient: Type.String(),
  domain: Type.String(),
  mine: Type.Boolean({ description: 'The caller sent it, and may read it.' }),
  subject: Type.Optional(Type.String({ description: 'For its sender.' })),
  state: outboundStateSchema,
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
export type OutboundView = Static<typeof outboundView>;

export const outboundPageView = Type.Object({
  items: Type.Array(outboundView),
  nextCursor: Type.Optional(Type.String()),
});
export type OutboundPageView = Static<typeof outboundPageView>;

export const readOutboundView = Type.Object({
  delivery: outboundView,
  headers: Type.Array(Type.Object({ name: Type.String(), value: Type.String() })),
  text: Type.String({ description: 'Words only; HTML is never given to be shown.' }),
  textFrom: Type.Enum(['plain', 'html', 'source', 'none'] as const),
  cut: Type.Boolean({ description: 'There is more than is shown; the download has it.' }),
  attachments: Type.Array(
    Type.Object({ name: Type.Optional(Type.String()), type: Type.String(), bytes: Type.Integer() }),
  ),
});
export type ReadOutboundView = Static<typeof readOutboundView>;
