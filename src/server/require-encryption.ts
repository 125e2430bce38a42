import type { FastifyInstance } from 'fastify';
import { sendProblem } from './error-responses.ts';
import { isLoopback } from './system-routes.ts';

/**
 * Plain HTTP serves only this machine, and proxies that are named as trusted and say that their side is encrypted.
 * Everyone else is sent to HTTPS; what would change something is refused, because it has been sent in the clear.
 */
export function requireEncryption(
  app: FastifyInstance,
  options: { readonly publicUrl: () => string | undefined; readonly trustProxy: readonly string[] },
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https' || isLoopback(request.socket.remoteAddress ?? '')) return;
    const target = options.publicUrl();
    if (target === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      sendProblem(request, reply, 403, 'origin_refused');
      return;
    }
    void reply.redirect(new URL(request.url, target).href, 308);
  });
}
