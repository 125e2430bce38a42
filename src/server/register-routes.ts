import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { DocumentHub } from '#app/document/document-hub.ts';
import { readDocument } from '#app/document/read-documents.ts';
import { bookLines, listRegisters, openBook, readEntries } from '#app/document/read-registers.ts';
import { bookColumns, bookForms, bookLine } from '#domain/document/register-book.ts';
import { registerKinds } from '#domain/document/register.ts';
import { HubError } from '#domain/hub-error.ts';
import { csvOf } from '#lib/csv.ts';
import { bookFoot, bookHead, bookRow } from './print-register.ts';
import { processingSlip } from './print-slip.ts';
import { answers, idParams, limitOf, pageQuery, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const form = Type.Optional(Type.Enum([...bookForms]));
const printed = (mediaType: string) => ({
  200: {
    description: 'The page.',
    content: { [mediaType]: { schema: Type.Unsafe<Readable | string>({ type: 'string' }) } },
  },
  ...refusals,
});
const formQuery = Type.Object({ form }, strict);

const registerView = Type.Object({
  id: Type.String(),
  organId: Type.String(),
  organName: Type.String(),
  kind: Type.Enum([...registerKinds]),
  series: Type.String({ description: 'The type or advisory body that it is for; empty for all.' }),
  year: Type.Integer(),
  legalRegime: Type.String(),
  numbers: Type.Integer({ description: 'Numbers that were given out, without suffixes.' }),
});

const bookView = Type.Object({
  columns: Type.Array(Type.String(), { description: 'Decree 30/2020, Appendix IV.' }),
  items: Type.Array(
    Type.Object({
      number: Type.Integer(),
      suffix: Type.String(),
      voided: Type.Boolean(),
      cells: Type.Array(Type.String()),
    }),
  ),
  nextCursor: Type.Optional(Type.String()),
});

/** Register books and processing slips: to read, to open in a spreadsheet, to print. */
export function registerRoutes(app: RouteApp, hub: DocumentHub): void {
  app.get(
    '/registers',
    {
      schema: {
        summary: 'The registers of the organs whose registry the caller belongs to.',
        querystring: Type.Object({ year: Type.Optional(Type.String({ pattern: '^[0-9]{4}$' })) }, strict),
        response: answers(200, Type.Object({ items: Type.Array(registerView) })),
      },
    },
    async (request) => {
      const { year } = request.query;
      const { actor } = sessionOf(request);
      const items = await listRegisters(hub, actor, year === undefined ? undefined : Number(year));
      return { items: [...items] };
    },
  );

  app.get(
    '/registers/:id/book',
    {
      schema: {
        summary: 'A register with the columns of the decree, in the order of its numbers.',
        params: idParams,
        querystring: Type.Object({ ...pageQuery, form }, strict),
        response: answers(200, bookView),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const book = await openBook(hub, { ...asked(request), form: request.query.form });
      await hub.recordRead({ ...asked(request), kind: 'register', ip: request.ip });
      const page = await readEntries(hub, book.register, { limit: limitOf(limit), cursor });
      return {
        columns: [...bookColumns[book.form]],
        items: page.items.map((entry) => ({
          number: entry.number,
          suffix: entry.suffix,
          voided: entry.voidReason !== undefined,
          cells: [...bookLine(book.form, entry)],
        })),
        ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
      };
    },
  );

  app.get(
    '/registers/:id/book.csv',
    {
      schema: {
        summary: 'The whole book as CSV: UTF-8 with a byte order mark, no cell that a spreadsheet would run.',
        params: idParams,
        querystring: formQuery,
        response: printed('text/csv'),
      },
    },
    async (request, reply) => {
      const { register, form: wanted } = await openBook(hub, { ...asked(request), form: request.query.form });
      await hub.recordRead({ ...asked(request), kind: 'register', ip: request.ip });
      async function* text() {
        yield csvOf([bookColumns[wanted]]);
        for await (const lines of bookLines(hub, register, wanted)) yield csvOf(lines).slice(1);
      }
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="so-dang-ky.csv"')
        .send(Readable.from(text()));
    },
  );

  app.get(
    '/registers/:id/book.html',
    {
      schema: {
        summary: 'The whole book as a page to print, sign and bind.',
        params: idParams,
        querystring: formQuery,
        response: printed('text/html'),
      },
    },
    async (request, reply) => {
      const { register, form: wanted } = await openBook(hub, { ...asked(request), form: request.query.form });
      await hub.recordRead({ ...asked(request), kind: 'register', ip: request.ip });
      async function* text() {
        yield bookHead(register, wanted);
        for await (const lines of bookLines(hub, register, wanted)) yield lines.map(bookRow).join('');
        yield bookFoot;
      }
      return reply.type('text/html; charset=utf-8').send(Readable.from(text()));
    },
  );

  app.get(
    '/documents/:id/processing-slip.html',
    {
      schema: {
        summary: 'The processing slip of an incoming document (phiếu giải quyết), to print.',
        params: idParams,
        response: printed('text/html'),
      },
    },
    async (request, reply) => {
      const { actor, id } = asked(request);
      const detail = await readDocument(hub, actor, id);
      if (detail.document.direction !== 'incoming') throw new HubError('not_found');
      await hub.recordRead({ actor, kind: 'document', id, ip: request.ip });
      return reply.type('text/html; charset=utf-8').send(processingSlip(detail));
    },
  );
}

type Request = Parameters<typeof sessionOf>[0];

function asked(request: Request & { params: { id: string } }) {
  return { actor: sessionOf(request).actor, id: request.params.id };
}
