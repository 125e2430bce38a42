import { Type } from 'typebox';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { recallDirective } from '#app/directive/recall-directive.ts';
import { acknowledgeAssignment, openAssignment } from '#app/directive/receive-assignment.ts';
import type { Hub } from '#app/hub.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import { HubError } from '#domain/hub-error.ts';
import { draftOf } from '#protocol/draft.ts';
import { issueRequest, recallRequest } from '#protocol/request.ts';
import { presentIssued } from '#protocol/present.ts';
import { presentDirective } from '#protocol/seen-directive.ts';
import { boardView, directiveView } from '#protocol/view.ts';
import { presentBoard } from './present-board.ts';
import { httpLimits } from './http-limits.ts';
import {
  answers,
  idempotencyHeaders,
  idParams,
  limitOf,
  noBody,
  pageQuery,
  type RouteApp,
} from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

export function directiveRoutes(app: RouteApp, hub: Hub): void {
  app.post(
    '/directives',
    {
      schema: {
        summary: 'Issue a directive.',
        description: 'In one transaction: number, assignments, a mail in every recipient mailbox, the log.',
        headers: idempotencyHeaders,
        body: issueRequest,
        response: answers(201, directiveView),
      },
    },
    async (request, reply) => {
      const { actor } = sessionOf(request);
      const { id, event } = await issueDirective(hub, {
        actor,
        key: request.headers['idempotency-key'],
        ...draftOf(request.body),
      });
      const issued = presentIssued(event, { accountId: actor.accountId, rooms: new Set(roomsOf(actor)) });
      return reply.code(201).header('location', `/api/v1/directives/${id}`).send(issued);
    },
  );

  app.get(
    '/directives/:id',
    {
      schema: {
        summary: 'A directive as the caller may see it.',
        params: idParams,
        response: answers(200, directiveView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const { id } = request.params;
      const seen = await hub.store.directives.seenDirective(actor, id);
      if (seen === undefined) throw new HubError('not_found');
      await hub.audit.recordRead({ actor, kind: 'directive', id, ip: request.ip });
      return presentDirective(seen);
    },
  );

  app.get(
    '/directives/:id/board',
    {
      schema: {
        summary: 'Receipts: counts, assignments, recipients with those who have not acknowledged first.',
        description: 'For the issuer and who acts for the issuer.',
        params: idParams,
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: answers(200, boardView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const { id } = request.params;
      // The position is read first: what the board shows is at least as new.
      const position = await hub.store.log.head();
      const seen = await hub.store.directives.seenDirective(actor, id);
      if (seen === undefined) throw new HubError('not_found');
      if (!mayActAsIssuer(actor, seen.directive)) throw new HubError('not_permitted');
      const { cursor } = request.query;
      const page = await hub.store.directives.board(id, {
        limit: limitOf(request.query.limit, httpLimits.boardItemsMax),
        ...(cursor === undefined ? {} : { cursor }),
      });
      await hub.audit.recordRead({ actor, kind: 'board', id, ip: request.ip });
      return presentBoard(position, seen, page);
    },
  );

  app.post(
    '/directives/:id/recall',
    {
      schema: {
        summary: 'Recall a directive.',
        headers: idempotencyHeaders,
        params: idParams,
        body: recallRequest,
        response: answers(200, directiveView),
      },
    },
    async (request) => {
      const { actor } = sessionOf(request);
      const { id } = request.params;
      await recallDirective(hub, {
        actor,
        id,
        key: request.headers['idempotency-key'],
        reason: request.body.reason,
      });
      const seen = await hub.store.directives.seenDirective(actor, id);
      if (seen === undefined) throw new HubError('not_found');
      return presentDirective(seen);
    },
  );

  for (const [verb, act, summary] of [
    ['open', openAssignment, 'The page has shown it to the person.'],
    ['acknowledge', acknowledgeAssignment, 'The recipient acknowledges it.'],
  ] as const) {
    app.post(
      `/assignments/:id/${verb}`,
      {
        schema: {
          summary,
          headers: idempotencyHeaders,
          params: idParams,
          body: noBody,
          response: answers(200, Type.Object({ id: Type.String() })),
        },
      },
      (request) =>
        act(hub, {
          actor: sessionOf(request).actor,
          assignmentId: request.params.id,
          key: request.headers['idempotency-key'],
        }),
    );
  }
}
