import { Type } from 'typebox';
import { addComment } from '#app/discussion/add-comment.ts';
import { deleteComment, editComment } from '#app/discussion/change-comment.ts';
import { markDiscussionRead, readCommentHistory } from '#app/discussion/read-discussion.ts';
import type { Hub } from '#app/hub.ts';
import { storedComment } from '#domain/discussion/comment-event.ts';
import { HubError } from '#domain/hub-error.ts';
import { addCommentRequest, editCommentRequest, readMarkRequest } from '#protocol/discussion-request.ts';
import {
  commentVersionView,
  discussionView,
  presentComment,
  presentMention,
  subjectKindSchema,
  unreadDiscussionView,
} from '#protocol/discussion-view.ts';
import { entityTag, ifMatchHeader, versionOf } from './if-match.ts';
import { answers, idempotencyHeaders, idParams, limitOf, pageQuery, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const listQuery = Type.Object(pageQuery, strict);
const subjectParams = Type.Object({ kind: subjectKindSchema, id: Type.String({ format: 'uuid' }) }, strict);
const editHeaders = Type.Object({ ...idempotencyHeaders.properties, 'if-match': ifMatchHeader });
const changed = Type.Object({ id: Type.String(), version: Type.Integer() });

/** Discussion beside objects: chat, never an official word. */
export function discussionRoutes(app: RouteApp, hub: Hub): void {
  app.get(
    '/discussions',
    {
      schema: {
        summary: 'Discussions with something unread for the caller, who took part or was mentioned.',
        querystring: listQuery,
        response: answers(
          200,
          Type.Object({ items: Type.Array(unreadDiscussionView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = await hub.store.discussions.unread(sessionOf(request).actor, {
        limit: limitOf(limit),
        cursor,
      });
      const items = page.items.map(({ ref, title, unread, mentionsMe, lastAt }) => ({
        subject: ref,
        title,
        unread,
        mentionsMe,
        lastAt: lastAt.toISOString(),
      }));
      return { ...page, items };
    },
  );

  app.get(
    '/discussions/:kind/:id',
    {
      schema: {
        summary: 'What was said beside an object, newest first.',
        params: subjectParams,
        querystring: listQuery,
        response: answers(200, discussionView),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = { limit: limitOf(limit), cursor };
      const found = await hub.store.discussions.read(sessionOf(request).actor, request.params, page);
      if (found === undefined) throw new HubError('not_found');
      const { subject, position, lastOrdinal, readUpTo, unread, comments } = found;
      return {
        position,
        subject: subject.ref,
        lastOrdinal,
        readUpTo,
        unread,
        ...comments,
        items: comments.items.map(({ comment, mentionsMe }) =>
          presentComment(storedComment(comment), mentionsMe),
        ),
      };
    },
  );

  app.post(
    '/discussions/:kind/:id/comments',
    {
      schema: {
        summary: 'Add a comment, or answer one.',
        description: 'Whoever may read the object may. A mention calls only those who may read it too.',
        headers: idempotencyHeaders,
        params: subjectParams,
        body: addCommentRequest,
        response: answers(201, Type.Object({ id: Type.String() })),
      },
    },
    async (request, reply) => {
      const { kind, id } = request.params;
      const added = await addComment(hub, {
        actor: sessionOf(request).actor,
        subject: { kind, id },
        ...request.body,
        key: request.headers['idempotency-key'],
      });
      return reply.code(201).send(added);
    },
  );

  app.put(
    '/discussions/:kind/:id/read',
    {
      schema: {
        summary: 'Say up to which comment the caller has read. It never goes back.',
        params: subjectParams,
        body: readMarkRequest,
        response: answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      const { kind, id } = request.params;
      await markDiscussionRead(hub, {
        actor: sessionOf(request).actor,
        subject: { kind, id },
        upTo: request.body.upTo,
      });
      return reply.code(204).send(null);
    },
  );

  commentRoutes(app, hub);
}

function commentRoutes(app: RouteApp, hub: Hub): void {
  app.put(
    '/comments/:id',
    {
      schema: {
        summary: 'Change the words of an own comment; the earlier ones stay in its history.',
        headers: editHeaders,
        params: idParams,
        body: editCommentRequest,
        response: answers(200, changed),
      },
    },
    async (request, reply) => {
      const edited = await editComment(hub, {
        actor: sessionOf(request).actor,
        id: request.params.id,
        text: request.body.text,
        version: versionOf(request.headers['if-match']),
        key: request.headers['idempotency-key'],
      });
      return reply.header('etag', entityTag(edited.version)).send(edited);
    },
  );

  app.delete(
    '/comments/:id',
    {
      schema: {
        summary: 'Delete a comment; its place stays.',
        description: 'Its author may, and who acts as the issuer of what is discussed.',
        headers: editHeaders,
        params: idParams,
        response: answers(200, changed),
      },
    },
    async (request, reply) => {
      const deleted = await deleteComment(hub, {
        actor: sessionOf(request).actor,
        id: request.params.id,
        version: versionOf(request.headers['if-match']),
        key: request.headers['idempotency-key'],
      });
      return reply.header('etag', entityTag(deleted.version)).send(deleted);
    },
  );

  app.get(
    '/comments/:id/history',
    {
      schema: {
        summary: 'What a comment said before, oldest first.',
        params: idParams,
        response: answers(200, Type.Object({ items: Type.Array(commentVersionView) })),
      },
    },
    async (request) => {
      const actor = sessionOf(request).actor;
      const versions = await readCommentHistory(hub, { actor, id: request.params.id });
      return {
        items: versions.map(({ version, text, mentions, at }) => ({
          version,
          text,
          mentions: mentions.map(presentMention),
          at: at.toISOString(),
        })),
      };
    },
  );
}
