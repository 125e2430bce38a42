import { Type } from 'typebox';
import { type AuditPorts, listAudit, readAnchoring } from '#app/audit/read-audit.ts';
import { answers, limitOf, noNul, pageQuery, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const moment = Type.String({ format: 'date-time' });
const text = Type.Optional(Type.String({ minLength: 1, maxLength: 300, pattern: noNul }));
const hash = Type.String({ description: 'SHA-256 in hex.' });

const entryView = Type.Object({
  seq: Type.Integer({ description: 'Over all chains, without gaps.' }),
  at: moment,
  action: Type.String(),
  chain: Type.String({ description: 'The organ of who did it, or `hub`.' }),
  chainSeq: Type.Integer(),
  accountId: Type.Optional(Type.String()),
  actor: Type.Optional(Type.String()),
  onBehalfOf: Type.Optional(Type.String({ description: 'The post acted for.' })),
  object: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
  firstPosition: Type.Integer({ description: 'Of the log.' }),
  lastPosition: Type.Integer(),
  types: Type.Array(Type.String()),
  eventCount: Type.Integer(),
  eventsHash: hash,
  beforeHash: Type.Optional(hash),
  afterHash: Type.Optional(hash),
  prevHash: hash,
  hash,
});

const anchorView = Type.Object({
  day: Type.String(),
  at: moment,
  seq: Type.Integer(),
  position: Type.Integer(),
  heads: Type.Record(Type.String(), Type.Object({ chainSeq: Type.Integer(), hash })),
  prevHash: hash,
  hash,
});

/** For auditors: who did and read what. Metadata only. */
export function auditRoutes(app: RouteApp, ports: AuditPorts): void {
  app.get(
    '/audit',
    {
      schema: {
        summary: 'Entries of the audit, the newest first, for auditors.',
        description: 'Never content. Each look at it is an entry too.',
        querystring: Type.Object(
          {
            ...pageQuery,
            accountId: Type.Optional(Type.String({ format: 'uuid' })),
            action: text,
            object: text,
            chain: text,
            from: Type.Optional(moment),
            to: Type.Optional(moment),
          },
          strict,
        ),
        response: answers(
          200,
          Type.Object({ items: Type.Array(entryView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor, from, to, ...filter } = request.query;
      const page = await listAudit(ports, {
        actor: sessionOf(request).actor,
        ip: request.ip,
        limit: limitOf(limit),
        cursor,
        filter: {
          ...filter,
          ...(from === undefined ? {} : { from: new Date(from) }),
          ...(to === undefined ? {} : { to: new Date(to) }),
        },
      });
      return { ...page, items: page.items.map((entry) => ({ ...entry, types: [...entry.types] })) };
    },
  );

  app.get(
    '/audit/anchors',
    {
      schema: {
        summary: 'The anchors of each day, to keep elsewhere, and what the last check found.',
        response: answers(
          200,
          Type.Object({
            anchors: Type.Array(anchorView),
            lastCheck: Type.Optional(
              Type.Object({
                checkedAt: moment,
                entries: Type.Integer(),
                faults: Type.Array(Type.Object({ fault: Type.String(), where: Type.String() })),
              }),
            ),
          }),
        ),
      },
    },
    async (request) => {
      const { anchors, verdict } = await readAnchoring(ports, {
        actor: sessionOf(request).actor,
        ip: request.ip,
      });
      return {
        anchors: [...anchors],
        ...(verdict === undefined
          ? {}
          : {
              lastCheck: {
                checkedAt: verdict.checkedAt.toISOString(),
                entries: verdict.entries,
                faults: [...verdict.faults],
              },
            }),
      };
    },
  );
}
