import { Type } from 'typebox';
import type { Hub } from '#app/hub.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { HubError } from '#domain/hub-error.ts';
import { present, type Viewer } from '#protocol/present.ts';
import { presentDirective } from '#protocol/seen-directive.ts';
import { snapshotView } from '#protocol/view.ts';
import { httpLimits } from './http-limits.ts';
import { meOf } from './me.ts';
import { answers, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const changesView = Type.Object({
  items: Type.Array(
    Type.Unsafe<object>(
      Type.Object(
        { position: Type.Integer(), at: Type.String(), type: Type.String() },
        { additionalProperties: true },
      ),
    ),
    {
      description: 'docs/events.md has the shape of each type.',
    },
  ),
  position: Type.Integer({
    description: 'Everything the caller may hear up to here is in `items` or earlier.',
  }),
  nextCursor: Type.Optional(Type.String({ description: 'There is more: ask again with after=nextCursor.' })),
});

/** The state and what happened after it, for clients without a socket. */
export function logRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/snapshot',
    {
      schema: {
        summary: 'What the caller sees now, with the log position it includes.',
        response: answers(200, snapshotView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const { position, directives, heldMail } = await hub.store.directives.snapshot(
        actor,
        httpLimits.snapshotDirectivesMax,
      );
      return {
        position,
        at: hub.clock.now().toISOString(),
        me: meOf(actor, hub),
        directives: directives.map(presentDirective),
        heldMail: heldMail.map((task) => ({ ...task, heldAt: task.heldAt.toISOString() })),
      };
    },
  );

  app.get(
    '/changes',
    {
      schema: {
        summary: 'What the caller may hear of the log after a position.',
        querystring: Type.Object(
          { after: Type.String({ pattern: '^[0-9]{1,15}$' }) },
          { additionalProperties: false },
        ),
        response: answers(200, changesView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const after = Number(request.query.after);
      const head = await hub.store.log.head();
      if (after > head) throw new HubError('bad_input', { field: 'after' });
      const rooms = roomsOf(actor);
      const viewer: Viewer = { accountId: actor.accountId, rooms: new Set(rooms) };
      const entries = await hub.store.log.readFor(rooms, after, head, httpLimits.changesMax);
      const items = entries.flatMap((entry) => present(entry, viewer) ?? []);
      const full = entries.length === httpLimits.changesMax;
      const position = full ? (entries.at(-1)?.position ?? head) : head;
      return { items, position, ...(full ? { nextCursor: String(position) } : {}) };
    },
  );
}
