import { Type } from 'typebox';
import { listAssignments } from '#app/directive/list-assignments.ts';
import { readTimeline } from '#app/directive/read-timeline.ts';
import { supersedeDirective } from '#app/directive/supersede-directive.ts';
import type { Hub } from '#app/hub.ts';
import { assignmentScopes } from '#app/ports/work-reads.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { assignmentStates } from '#domain/directive/assignment-state.ts';
import { timelinesses } from '#domain/directive/timeliness.ts';
import { toStored } from '#domain/stored.ts';
import { wordsOf } from '#protocol/draft.ts';
import { presentAssignment } from '#protocol/present-assignment.ts';
import { presentIssued } from '#protocol/present.ts';
import { supersedeRequest } from '#protocol/request.ts';
import { timelineView } from '#protocol/timeline-view.ts';
import { assignmentView, directiveView, urgencySchema } from '#protocol/view.ts';
import { httpLimits } from './http-limits.ts';
import {
  answers,
  idempotencyHeaders,
  idParams,
  limitOf,
  noNul,
  pageQuery,
  type RouteApp,
} from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const listedView = Type.Object({
  ...assignmentView.properties,
  givenAt: Type.String({ format: 'date-time' }),
  timeliness: Type.Enum([...timelinesses]),
  directive: Type.Object({
    id: Type.String(),
    code: Type.String(),
    subject: Type.String(),
    urgency: urgencySchema,
    issuer: Type.Object({ name: Type.String(), title: Type.String(), unit: Type.String() }),
  }),
});

function assignmentListRoute(app: RouteApp, hub: Hub): void {
  app.get(
    '/assignments',
    {
      schema: {
        summary: 'Assignments, newest first, with how they stand to their deadlines now.',
        querystring: Type.Object(
          {
            ...pageQuery,
            scope: Type.Enum([...assignmentScopes], {
              description:
                'mine: to the caller by name; unit: to units the caller answers for; given: by the caller.',
            }),
            state: Type.Optional(Type.Enum([...assignmentStates])),
            timeliness: Type.Optional(Type.Enum([...timelinesses])),
            urgency: Type.Optional(urgencySchema),
            organ: Type.Optional(
              Type.String({ format: 'uuid', description: 'What was given to this unit or below it.' }),
            ),
            query: Type.Optional(Type.String({ maxLength: httpLimits.queryCharactersMax, pattern: noNul })),
          },
          strict,
        ),
        response: answers(
          200,
          Type.Object({ items: Type.Array(listedView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor, scope, state, timeliness, urgency, organ, query } = request.query;
      const page = await listAssignments(hub, {
        actor: sessionOf(request).actor,
        scope,
        limit: limitOf(limit),
        cursor,
        ...(state === undefined ? {} : { states: [state] }),
        ...(timeliness === undefined ? {} : { timeliness }),
        ...(urgency === undefined ? {} : { urgency }),
        ...(organ === undefined ? {} : { organId: organ }),
        ...(query === undefined || query.trim() === '' ? {} : { text: query.trim() }),
      });
      return {
        ...page,
        items: page.items.map((item) => ({
          ...presentAssignment(toStored(item.assignment), scope === 'given'),
          givenAt: item.givenAt.toISOString(),
          timeliness: item.timeliness,
          directive: item.directive,
        })),
      };
    },
  );
}

/** What became of a directive: its record, and new words in its place. */
export function timelineRoutes(app: RouteApp, hub: Hub): void {
  assignmentListRoute(app, hub);

  app.post(
    '/directives/:id/supersede',
    {
      schema: {
        summary: 'Put new words in its place.',
        description: 'Its recipients get a new directive and acknowledge again; what is open is cancelled.',
        headers: idempotencyHeaders,
        params: idParams,
        body: supersedeRequest,
        response: answers(201, directiveView),
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const { id, event } = await supersedeDirective(hub, {
        actor,
        id: request.params.id,
        key: request.headers['idempotency-key'],
        ...wordsOf(request.body),
      });
      const issued = presentIssued(event, { accountId: actor.accountId, rooms: new Set(roomsOf(actor)) });
      return reply.code(201).header('location', `/api/v1/directives/${id}`).send(issued);
    },
  );

  app.get(
    '/directives/:id/timeline',
    {
      schema: {
        summary: 'Everything that was done with what the caller sees of it, oldest first.',
        params: idParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: answers(200, timelineView),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { actor } = sessionOf(request);
      const { id } = request.params;
      const page = await readTimeline(hub, {
        actor,
        directiveId: id,
        limit: limitOf(limit),
        cursor,
      });
      await hub.audit.recordRead({ actor, kind: 'directive', id, ip: request.ip });
      return { ...page, items: page.items.map((entry) => ({ ...entry, at: entry.at.toISOString() })) };
    },
  );
}
