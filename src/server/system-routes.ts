import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import { HubError } from '#domain/hub-error.ts';
import { answers, type RouteApp } from './route-app.ts';

export interface Readiness {
  /** Resolves when everything that this process needs answers; rejects with what does not. */
  check(): Promise<void>;
}

const health = Type.Object({ status: Type.String() });

/** For probes and a metrics collector: no content, no session. */
export function systemRoutes(app: RouteApp, readiness: Readiness, registry: Registry): void {
  app.get(
    '/healthz',
    { config: { open: true }, schema: { summary: 'The process answers.', response: answers(200, health) } },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      config: { open: true },
      schema: { summary: 'The process can do its work.', response: answers(200, health) },
    },
    async (request) => {
      try {
        await readiness.check();
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        throw new HubError('unavailable', { retryAfterMs: 2000 });
      }
      return { status: 'ready' };
    },
  );
  app.get(
    '/metrics',
    {
      config: { open: true },
      schema: { summary: 'Prometheus metrics, for collectors on this machine only.', hide: false },
    },
    async (request, reply) => {
      if (!isOwnMachine(request)) throw new HubError('not_permitted');
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}

/** The connection itself is from loopback and no proxy stands between. */
export function isOwnMachine(request: FastifyRequest): boolean {
  const { remoteAddress = '' } = request.socket;
  return isLoopback(remoteAddress) && request.headers['x-forwarded-for'] === undefined;
}

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}
