import { Type } from 'typebox';
import { createTicket, signIn } from '#app/access/sign-in.ts';
import type { Hub } from '#app/hub.ts';
import { signInRequest } from '#protocol/request.ts';
import { meView } from '#protocol/view.ts';
import { meOf } from './me.ts';
import { answers, noBody, type RouteApp } from './route-app.ts';
import { cookieNames, isEncrypted, sessionOf } from './sign-in-guard.ts';

const deviceCookieSeconds = 180 * 86_400;

export function sessionRoutes(app: RouteApp, hub: Hub): void {
  app.post(
    '/sessions',
    {
      config: { open: true },
      schema: {
        summary: 'Sign in.',
        description: 'Sets the cookie of the page; a program uses the token as a bearer token.',
        body: signInRequest,
        response: answers(
          201,
          Type.Object({ token: Type.String(), expiresAt: Type.String({ format: 'date-time' }) }),
        ),
      },
    },
    async (request, reply) => {
      const encrypted = isEncrypted(request);
      const names = cookieNames(encrypted);
      const session = await signIn(hub.signIn, {
        ...request.body,
        remoteAddress: request.ip,
        userAgent: request.headers['user-agent'],
        deviceMark: request.cookies[names.device],
      });
      const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: encrypted } as const;
      return reply
        .code(201)
        .setCookie(names.session, session.token, { ...cookie, expires: session.expiresAt })
        .setCookie(names.device, session.deviceMark, { ...cookie, maxAge: deviceCookieSeconds })
        .send({ token: session.token, expiresAt: session.expiresAt.toISOString() });
    },
  );

  app.delete(
    '/sessions/current',
    { schema: { summary: 'Sign out.', response: answers(204, Type.Null()) } },
    async (request, reply) => {
      const { sessionId, actor } = sessionOf(request);
      await hub.access.endSession(sessionId, actor.accountId, hub.clock.now());
      hub.committed();
      return reply
        .code(204)
        .clearCookie(cookieNames(isEncrypted(request)).session, { path: '/' })
        .send(null);
    },
  );

  app.post(
    '/sessions/ticket',
    {
      schema: {
        summary: 'A ticket for one socket, good for 60 seconds and one use.',
        body: noBody,
        response: answers(201, Type.Object({ ticket: Type.String() })),
      },
    },
    async (request, reply) => reply.code(201).send(await createTicket(hub, sessionOf(request).sessionId)),
  );

  app.get(
    '/me',
    { schema: { summary: 'Who is signed in.', response: answers(200, meView) } },
    async (request) => meOf(sessionOf(request).actor, hub),
  );
}
