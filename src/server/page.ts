import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from './error-responses.ts';

/** The built page, and its first file for every path that the page routes itself. */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  const index = path.join(folder, 'index.html');
  if (existsSync(index))
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: ['index.html'],
      preCompressed: true,
      dotfiles: 'deny',
      setHeaders: (reply, file) => {
        // Files with a hash in their name never change; the first file names the others.
        const forever = file.includes(`${path.sep}assets${path.sep}`);
        void reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (!wantsPage || request.url.startsWith('/api/') || !existsSync(index))
      return sendProblem(request, reply, 404, 'not_found');
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
