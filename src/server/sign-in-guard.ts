import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openSession } from '#app/access/sign-in.ts';
import type { Hub } from '#app/hub.ts';
import type { OpenSession } from '#app/ports/access-store.ts';
import { HubError } from '#domain/hub-error.ts';
import { withOrigin } from '#lib/act-origin.ts';
import type { AllowedOrigins } from '#lib/allowed-origins.ts';

declare module 'fastify' {
  interface FastifyRequest {
    session: OpenSession | undefined;
  }
  interface FastifyContextConfig {
    /** Answers without a session. Every other route needs one: deny by default. */
    open?: boolean;
  }
}

/** `__Host-` binds the cookie to this host over TLS; browsers refuse it on plain loopback HTTP. */
export function cookieNames(encrypted: boolean): { session: string; device: string } {
  return encrypted
    ? { session: '__Host-hub', device: '__Host-hub-device' }
    : { session: 'hub', device: 'hub-device' };
}

export function isEncrypted(request: FastifyRequest): boolean {
  return request.protocol === 'https';
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who asks, for every route. Programs bring a bearer token and no Origin. A page brings the cookie: it counts only
 * with our own Origin, or, where browsers send none, when the browser itself says that the request is the page's own;
 * and what changes something also needs a header that no form can send (threats H6).
 */
export function guardSignIn(app: FastifyInstance, hub: Hub, origins: AllowedOrigins): void {
  app.decorateRequest('session', undefined);
  app.addHook('onRequest', async (request) => {
    if (!origins.allows(request.headers.origin)) throw new HubError('origin_refused');
  });
  app.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    // By the matched route, never by the text of the URL: `/%61pi/v1/me` is the same route (threats H16).
    if (
      request.routeOptions.url?.startsWith('/api/v1/') !== true ||
      request.routeOptions.config.open === true
    )
      return;
    request.session = await openSession(hub, tokenOf(request));
  });
  // Only here: while a body is read, Node calls back from outside of whatever was begun before.
  app.addHook('preHandler', (request, _reply, done) => {
    const accountId = request.session?.actor.accountId;
    withOrigin({ ip: request.ip, ...(accountId === undefined ? {} : { accountId }) }, done);
  });
}

function tokenOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(authorization)?.[1];
    if (token === undefined) throw new HubError('not_signed_in');
    return token;
  }
  const cookie = request.cookies[cookieNames(isEncrypted(request)).session];
  if (cookie === undefined || !isFromOurPage(request)) throw new HubError('not_signed_in');
  if (!safeMethods.has(request.method) && request.headers['x-requested-with'] !== 'chidao')
    throw new HubError('origin_refused');
  return cookie;
}

function isFromOurPage(request: FastifyRequest): boolean {
  // The list of origins was checked before; here it only matters that a page of ours has spoken.
  if (request.headers.origin !== undefined) return true;
  const site = request.headers['sec-fetch-site'];
  return safeMethods.has(request.method) && (site === 'same-origin' || site === 'none');
}

/** Of a route that is not open there is always one. */
export function sessionOf(request: FastifyRequest): OpenSession {
  if (request.session === undefined) throw new HubError('not_signed_in');
  return request.session;
}
