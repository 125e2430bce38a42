import type { Readable } from 'node:stream';
import fastifyMultipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { HubError } from '#domain/hub-error.ts';
import { answerUnreadable } from './error-responses.ts';
import { httpLimits } from './http-limits.ts';
import type { RouteApp } from './route-app.ts';

const { fileBytesMax, uploadBytesPerSecondMin, uploadGraceMs } = attachmentLimits;

/** What a file takes at the slowest rate that is borne. */
export const uploadWithinMs = uploadGraceMs + Math.ceil(fileBytesMax / uploadBytesPerSecondMin) * 1000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is read as a stream, at a pace of its own. */
    streamed?: boolean;
  }
}

/** A body that is not streamed is whole in time, or its connection ends (threats H17). */
export function endLateBodies(app: RouteApp): void {
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.streamed === true) return;
    const { raw } = request;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      answerUnreadable(Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), raw.socket);
    }, httpLimits.requestWithinMs);
    raw.once('close', () => clearTimeout(timer));
  });
}

/** Routes of this scope get their body as a stream: raw octets, or the one file of a form. */
export async function acceptUploads(app: RouteApp): Promise<void> {
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  await app.register(fastifyMultipart, {
    limits: {
      files: 1,
      fields: 5,
      fieldSize: 1024,
      fieldNameSize: 100,
      headerPairs: 50,
      // One octet more than is taken: the use case refuses, and a file is never cut.
      fileSize: fileBytesMax + 1,
    },
  });
}

export interface UploadBody {
  /** The name that a form gives. */
  readonly name: string | undefined;
  readonly content: AsyncIterable<Buffer>;
}

/** Throws `bad_input` for a form without a file, `unsupported_media_type`. */
export async function uploadBody(request: FastifyRequest): Promise<UploadBody> {
  if (!request.isMultipart()) {
    if (request.body === undefined || request.body === null) throw new HubError('unsupported_media_type');
    return { name: undefined, content: paced(request, request.body as Readable) };
  }
  const part = await request.file();
  if (part === undefined) throw new HubError('bad_input', { field: 'file' });
  return { name: part.filename, content: paced(request, part.file) };
}

/**
 * The octets as they come, no slower than a phone line: a client that drips is cut off (threats H17, S13). Rejects when
 * the client goes away.
 */
async function* paced(request: FastifyRequest, stream: Readable): AsyncGenerator<Buffer> {
  const began = performance.now();
  let received = 0;
  const look = setInterval(() => {
    const allowedMs = uploadGraceMs + (received / uploadBytesPerSecondMin) * 1000;
    if (performance.now() - began > allowedMs) request.raw.destroy(new Error('the upload is too slow'));
  }, 1000);
  const aborted = () => stream.destroy(new Error('the client has gone'));
  request.raw.once('close', aborted);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      received += chunk.length;
      yield chunk;
    }
    if (!request.raw.complete) throw new Error('the client has gone');
  } finally {
    clearInterval(look);
    request.raw.off('close', aborted);
  }
}
