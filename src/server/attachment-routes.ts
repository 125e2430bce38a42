import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  readAttachment,
  type ReadAttachmentPorts,
  removeAttachment,
} from '#app/attachment/read-attachment.ts';
import { uploadAttachment, type UploadPorts } from '#app/attachment/upload-attachment.ts';
import type { StoredAttachment } from '#app/ports/attachments.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';
import { mayShowInline, octetType } from '#domain/attachment/file-type.ts';
import { HubError } from '#domain/hub-error.ts';
import { attachmentView, presentAttachment } from '#protocol/attachment-view.ts';
import { contentDisposition, spanOf } from './byte-range.ts';
import { answers, idempotencyHeaders, idParams, noNul, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';
import { acceptUploads, uploadBody } from './upload-body.ts';

const strict = { additionalProperties: false };
const octets = Type.Unsafe<unknown>({ type: 'string', format: 'binary' });
const name = Type.String({ maxLength: 1000, pattern: noNul });

export type AttachmentPorts = UploadPorts & ReadAttachmentPorts;

/** Files: taken, shown, given, removed. What they are attached to is said by the command that attaches them. */
export async function attachmentRoutes(app: RouteApp, ports: AttachmentPorts): Promise<void> {
  await app.register(async (scope: RouteApp) => {
    await acceptUploads(scope);
    scope.post(
      '/attachments',
      {
        // Whole forms are a little longer than their file.
        bodyLimit: attachmentLimits.fileBytesMax + 64 * 1024,
        config: { streamed: true },
        schema: {
          summary: 'Upload a file.',
          description:
            'As application/octet-stream with its name in the query, or as the one file of multipart/form-data. It is the uploader’s own until a command attaches it, and removed after a day when none does.',
          consumes: ['application/octet-stream', 'multipart/form-data'],
          headers: idempotencyHeaders,
          querystring: Type.Object({ name: Type.Optional(name) }, strict),
          response: answers(201, attachmentView),
        },
      },
      async (request, reply) => {
        // After a refusal the rest of the file is still on its way: nobody reads it.
        reply.header('connection', 'close');
        const body = await uploadBody(request);
        const given = request.query.name ?? body.name;
        if (given === undefined) throw new HubError('bad_input', { field: 'name' });
        const attachment = await uploadAttachment(ports, {
          actor: sessionOf(request).actor,
          key: request.headers['idempotency-key'],
          name: given,
          content: body.content,
        });
        reply.removeHeader('connection');
        return reply
          .code(201)
          .header('location', `/api/v1/attachments/${attachment.id}`)
          .send(presentAttachment(attachment));
      },
    );
  });

  app.get(
    '/attachments/:id',
    {
      schema: {
        summary: 'What is known of a file.',
        params: idParams,
        response: answers(200, attachmentView),
      },
    },
    async (request) => presentAttachment(await asked(ports, request)),
  );

  app.get(
    '/attachments/:id/content',
    {
      schema: {
        summary: 'Its octets, also by range.',
        description: 'Saved by a browser, unless `show` asks for a PDF or a picture to be shown.',
        params: idParams,
        querystring: Type.Object({ show: Type.Optional(Type.Literal('inline')) }, strict),
        response: {
          200: { description: 'The file.', content: { [octetType]: { schema: octets } } },
          206: { description: 'The range.', content: { [octetType]: { schema: octets } } },
          304: { description: 'It is what the client has.', type: 'null' },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const attachment = await asked(ports, request);
      return sendContent(ports, attachment, request.query.show === 'inline', request, reply);
    },
  );

  app.delete(
    '/attachments/:id',
    {
      schema: {
        summary: 'Remove an own file that is attached to nothing.',
        params: idParams,
        response: answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      await removeAttachment(ports, { actor: sessionOf(request).actor, id: request.params.id });
      return reply.code(204).send(null);
    },
  );
}

function asked(
  ports: AttachmentPorts,
  request: FastifyRequest & { params: { id: string } },
): Promise<StoredAttachment> {
  return readAttachment(ports, { actor: sessionOf(request).actor, id: request.params.id });
}

/** No browser takes a file for a page of ours (threats M7); only a PDF or a picture is named as what it is. */
function sendContent(
  ports: AttachmentPorts,
  attachment: StoredAttachment,
  show: boolean,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { size, sha256 } = attachment;
  const inline = show && mayShowInline(attachment.mediaType);
  const etag = `"${sha256}"`;
  void reply
    .type(inline ? attachment.mediaType : octetType)
    .header('content-disposition', contentDisposition(inline ? 'inline' : 'attachment', attachment.name))
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .header('accept-ranges', 'bytes')
    .header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const ifRange = request.headers['if-range'];
  const wanted = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const span = spanOf(wanted, size);
  if (span === 'unsatisfiable') {
    return reply
      .code(416)
      .type('text/plain')
      .header('content-range', `bytes */${size}`)
      .removeHeader('content-disposition')
      .send('');
  }
  const { start, end } = span ?? { start: 0, end: size };
  if (span !== undefined) void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
  return reply
    .header('content-length', end - start)
    .send(Readable.from(ports.attachments.octets(sha256, start, end), { objectMode: false }));
}
