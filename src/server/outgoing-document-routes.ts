import type { DocumentHub } from '#app/document/document-hub.ts';
import { draftDocument, editDraft } from '#app/document/draft-document.ts';
import { issueDocument } from '#app/document/issue-document.ts';
import { decideNumbering } from '#app/document/number-documents.ts';
import {
  approveContent,
  approveForm,
  discardDraft,
  returnDraft,
  submitDraft,
} from '#app/document/review-document.ts';
import { sealDocument, signDocument, voidDocument } from '#app/document/sign-document.ts';
import { requestTakeBack } from '#app/document/take-back-document.ts';
import { HubError } from '#domain/hub-error.ts';
import {
  draftRequest,
  editRequest,
  noteRequest,
  numberingRequest,
  reasonRequest,
} from '#protocol/document-request.ts';
import { actedView } from '#protocol/document-view.ts';
import { actHeaders, addActRoute, versionOf } from './document-act-route.ts';
import { answers, idempotencyHeaders, idParams, noBody, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';
import { Type } from 'typebox';

/** Documents on their way out, and within the organ (văn bản đi, văn bản nội bộ). */
export function outgoingDocumentRoutes(app: RouteApp, hub: DocumentHub): void {
  app.post(
    '/documents/drafts',
    {
      schema: {
        summary: 'Begin a draft of a document that goes out or stays in the organ.',
        headers: idempotencyHeaders,
        body: draftRequest,
        response: answers(201, actedView),
      },
    },
    async (request, reply) => {
      const done = await draftDocument(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        ...request.body,
      });
      return reply.code(201).header('location', `/api/v1/documents/${done.id}`).send(done);
    },
  );

  app.put(
    '/documents/:id/draft',
    {
      schema: {
        summary: 'Write a new version of a draft.',
        description: '`If-Match` is required: what somebody else has written since is never overwritten.',
        headers: actHeaders,
        params: idParams,
        body: editRequest,
        response: answers(200, actedView),
      },
    },
    (request) => {
      const version = versionOf(request.headers['if-match']);
      if (version === undefined) throw new HubError('bad_input', { field: 'If-Match' });
      return editDraft(hub, {
        actor: sessionOf(request).actor,
        id: request.params.id,
        key: request.headers['idempotency-key'],
        version,
        ...request.body,
      });
    },
  );

  addActRoute(app, 'submit', 'Submit a draft for review.', noteRequest, (input, body) =>
    submitDraft(hub, { ...input, ...body }),
  );
  addActRoute(app, 'approve-content', 'Answer for the content.', noteRequest, (input, body) =>
    approveContent(hub, { ...input, ...body }),
  );
  addActRoute(app, 'approve-form', 'Answer for form and procedure.', noteRequest, (input, body) =>
    approveForm(hub, { ...input, ...body }),
  );
  addActRoute(app, 'return', 'Give a draft back to its drafter.', reasonRequest, (input, body) =>
    returnDraft(hub, { ...input, ...body }),
  );
  addActRoute(app, 'discard', 'Give a draft up.', noBody, (input) => discardDraft(hub, input));
  addActRoute(app, 'sign', 'Sign it; it gets its number and date.', noteRequest, (input, body) =>
    signDocument(hub, { ...input, ...body }),
  );
  addActRoute(app, 'seal', 'The organ’s signature.', noBody, (input) => sealDocument(hub, input));
  addActRoute(app, 'issue', 'Issue it to its recipients.', noBody, (input) => issueDocument(hub, input));
  addActRoute(app, 'void', 'Give up a numbered one; its number stays.', reasonRequest, (input, body) =>
    voidDocument(hub, { ...input, ...body }),
  );
  addActRoute(app, 'take-back', 'Ask its recipients to give it back.', reasonRequest, (input, body) =>
    requestTakeBack(hub, { ...input, ...body }),
  );

  app.put(
    '/registers/numbering',
    {
      schema: {
        summary: 'How the organ’s administrative documents are numbered, from this year or the next on.',
        body: numberingRequest,
        response: answers(204, Type.Null()),
      },
    },
    async (request, reply) => {
      await decideNumbering(hub, { actor: sessionOf(request).actor, ...request.body });
      return reply.code(204).send(null);
    },
  );
}
