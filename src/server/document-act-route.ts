import { Type, type Static, type TSchema } from 'typebox';
import type { ActedOn, OnDocument } from '#app/document/act-on-document.ts';
import { HubError } from '#domain/hub-error.ts';
import { actedView } from '#protocol/document-view.ts';
import { answers, idempotencyHeaders, idParams, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

export const actHeaders = Type.Object({
  ...idempotencyHeaders.properties,
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag of the version that the caller has seen.', maxLength: 40 }),
  ),
});

/** `"5"`, as the ETag of a document was given. Throws `bad_input`. */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const version = /^"(\d{1,9})"$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new HubError('bad_input', { field: 'If-Match' });
  return Number(version);
}

/** `POST /documents/{id}/<act>`: every act on one document is asked for alike. */
export function addActRoute<Schema extends TSchema>(
  app: RouteApp,
  act: string,
  summary: string,
  body: Schema,
  run: (input: OnDocument, body: Static<Schema>) => Promise<ActedOn>,
): void {
  app.post(
    `/documents/:id/${act}`,
    {
      schema: {
        summary,
        headers: actHeaders,
        params: idParams,
        body,
        response: answers(200, actedView),
      },
    },
    (request) =>
      run(
        {
          actor: sessionOf(request).actor,
          id: request.params.id,
          key: request.headers['idempotency-key'],
          version: versionOf(request.headers['if-match']),
        },
        request.body as Static<Schema>,
      ),
  );
}
