import { assignIncoming } from '#app/document/assign-incoming.ts';
import type { DocumentHub } from '#app/document/document-hub.ts';
import {
  closeIncoming,
  fileIncoming,
  handOver,
  processIncoming,
  refuseIncoming,
  signForIncoming,
  submitIncoming,
} from '#app/document/incoming-acts.ts';
import { registerArrived, registerIncoming } from '#app/document/register-incoming.ts';
import { agreeTakeBack, refuseTakeBack } from '#app/document/take-back-document.ts';
import {
  assignRequest,
  fileRequest,
  handOverRequest,
  noteRequest,
  reasonRequest,
  registerArrivedRequest,
  registerRequest,
  submitRequest,
} from '#protocol/document-request.ts';
import { actedView } from '#protocol/document-view.ts';
import { addActRoute } from './document-act-route.ts';
import { answers, idempotencyHeaders, noBody, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

/** Documents that come in (văn bản đến). */
export function incomingDocumentRoutes(app: RouteApp, hub: DocumentHub): void {
  app.post(
    '/documents/incoming',
    {
      schema: {
        summary: 'Register a document that came on paper or by mail: it gets its number.',
        headers: idempotencyHeaders,
        body: registerRequest,
        response: answers(201, actedView),
      },
    },
    async (request, reply) => {
      const { arrivedOn, registerAnyway, secrecy, messageId, ...fields } = request.body;
      const done = await registerIncoming(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        fields,
        arrivedOn,
        registerAnyway,
        secrecy,
        messageId,
      });
      return reply.code(201).header('location', `/api/v1/documents/${done.id}`).send(done);
    },
  );

  addActRoute(
    app,
    'register',
    'Register what another organ has sent.',
    registerArrivedRequest,
    (input, body) => registerArrived(hub, { ...input, ...body }),
  );
  addActRoute(app, 'refuse', 'Refuse what arrived; the sender is told why.', reasonRequest, (input, body) =>
    refuseIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'submit-to-leader', 'Submit it to who decides on it.', submitRequest, (input, body) =>
    submitIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'hand-over', 'Hand it over to a unit or person.', handOverRequest, (input, body) =>
    handOver(hub, { ...input, ...body }),
  );
  addActRoute(app, 'sign-for', 'Sign for what was handed over.', noBody, (input) =>
    signForIncoming(hub, input),
  );
  addActRoute(
    app,
    'assign',
    'A leader’s opinion: who leads, who co-ordinates, until when. It issues a directive.',
    assignRequest,
    (input, body) => assignIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'process', 'It is being worked on.', noteRequest, (input, body) =>
    processIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'close', 'It is solved, or only to be known of.', noteRequest, (input, body) =>
    closeIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'file', 'Put it into its file.', fileRequest, (input, body) =>
    fileIncoming(hub, { ...input, ...body }),
  );
  addActRoute(app, 'take-back/agree', 'Give back what its sender takes back.', noBody, (input) =>
    agreeTakeBack(hub, input),
  );
  addActRoute(app, 'take-back/refuse', 'Keep what its sender wants back.', reasonRequest, (input, body) =>
    refuseTakeBack(hub, { ...input, ...body }),
  );
}
