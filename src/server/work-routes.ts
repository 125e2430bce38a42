import { Type, type Static } from 'typebox';
import { acceptAssignment } from '#app/directive/accept-assignment.ts';
import type { OnAssignment } from '#app/directive/act-on-assignment.ts';
import { cancelAssignment } from '#app/directive/cancel-assignment.ts';
import { confirmResult } from '#app/directive/confirm-result.ts';
import { decideExtension } from '#app/directive/decide-extension.ts';
import { delegateAssignment } from '#app/directive/delegate-assignment.ts';
import { endorseResult } from '#app/directive/endorse-result.ts';
import { evaluateAssignment } from '#app/directive/evaluate-assignment.ts';
import { insistOnAssignment } from '#app/directive/insist-on-assignment.ts';
import { reassignAssignment } from '#app/directive/reassign-assignment.ts';
import { rejectResult } from '#app/directive/reject-result.ts';
import { remindAssignees } from '#app/directive/remind-assignees.ts';
import { reopenAssignment } from '#app/directive/reopen-assignment.ts';
import { reportProgress } from '#app/directive/report-progress.ts';
import { requestExtension } from '#app/directive/request-extension.ts';
import { returnAssignment } from '#app/directive/return-assignment.ts';
import { submitResult } from '#app/directive/submit-result.ts';
import { withdrawExtension } from '#app/directive/withdraw-extension.ts';
import type { Hub } from '#app/hub.ts';
import {
  confirmRequest,
  delegateRequest,
  denyRequest,
  evaluateRequest,
  extensionRequest,
  reasonRequest,
  reassignRequest,
  remindManyRequest,
  remindRequest,
  reportRequest,
  submitRequest,
} from '#protocol/work-request.ts';
import { answers, idempotencyHeaders, idParams, noBody, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const acted = Type.Object({ id: Type.String({ description: 'The assignment.' }) });

/** Work on assignments. What came of it is told by its event, to whoever did it as to everyone. */
export function workRoutes(app: RouteApp, hub: Hub): void {
  plain(app, 'accept', 'Take an acknowledged assignment up.', (on) => acceptAssignment(hub, on));
  plain(app, 'extension/withdraw', 'Take back a request for more time.', (on) => withdrawExtension(hub, on));
  withReason(app, 'return', 'Give it back to its giver.', (on) => returnAssignment(hub, on));
  withReason(app, 'insist', 'Do not take a returned assignment back.', (on) => insistOnAssignment(hub, on));
  withReason(app, 'reject', 'Send a result back for more work.', (on) => rejectResult(hub, on));
  withReason(app, 'reopen', 'Take done work up again, within 30 days.', (on) => reopenAssignment(hub, on));
  withReason(app, 'cancel', 'End it and what is open below it.', (on) => cancelAssignment(hub, on));
  withNote(app, 'endorse', 'First confirmation, by the head of the performing unit.', (on) =>
    endorseResult(hub, on),
  );
  withNote(app, 'confirm', 'Second confirmation, by the giver: it is done.', (on) => confirmResult(hub, on));
  withNote(app, 'extension/approve', 'Give the time that was asked for.', (on) =>
    decideExtension(hub, { ...on, decision: 'approve' }),
  );
  progressRoutes(app, hub);
  givingRoutes(app, hub);
}

function progressRoutes(app: RouteApp, hub: Hub): void {
  app.post(
    '/assignments/:id/report',
    { schema: schemaOf('Report progress in percent and words.', reportRequest) },
    (request) => reportProgress(hub, { ...onAssignment(request), ...request.body }),
  );
  app.post('/assignments/:id/submit', { schema: schemaOf('Hand in the result.', submitRequest) }, (request) =>
    submitResult(hub, { ...onAssignment(request), ...request.body }),
  );
  app.post(
    '/assignments/:id/extension',
    { schema: schemaOf('Ask for more time; nothing changes until it is answered.', extensionRequest) },
    (request) =>
      requestExtension(hub, {
        ...onAssignment(request),
        reason: request.body.reason,
        newDueAt: new Date(request.body.newDueAt),
      }),
  );
  app.post(
    '/assignments/:id/extension/deny',
    { schema: schemaOf('Do not give the time that was asked for.', denyRequest) },
    (request) =>
      decideExtension(hub, { ...onAssignment(request), decision: 'deny', note: request.body.note }),
  );
}

function givingRoutes(app: RouteApp, hub: Hub): void {
  app.post(
    '/assignments/:id/delegate',
    {
      schema: schemaOf(
        'Give parts of it down: one leads, none is due later than the whole.',
        delegateRequest,
      ),
    },
    (request) =>
      delegateAssignment(hub, {
        ...onAssignment(request),
        note: request.body.note,
        parts: request.body.parts.map(({ role, kind, id, title, dueAt }) => ({
          role,
          kind,
          id,
          title,
          dueAt: dueAt === undefined ? undefined : new Date(dueAt),
        })),
      }),
  );
  app.post(
    '/assignments/:id/reassign',
    { schema: schemaOf('Change the performing unit; the former one keeps a record.', reassignRequest) },
    (request) => reassignAssignment(hub, { ...onAssignment(request), ...request.body }),
  );
  app.post(
    '/assignments/:id/evaluate',
    { schema: schemaOf('Say how well it was done.', evaluateRequest) },
    (request) => evaluateAssignment(hub, { ...onAssignment(request), ...request.body }),
  );
  app.post(
    '/assignments/:id/remind',
    { schema: schemaOf('Urge those whose work it is.', remindRequest) },
    async (request) => {
      const { assignmentId, ...on } = onAssignment(request);
      await remindAssignees(hub, { ...on, assignmentIds: [assignmentId], text: request.body.text });
      return { id: assignmentId };
    },
  );
  app.post(
    '/assignments/remind',
    {
      schema: {
        summary: 'Urge many: all of them or, when one cannot be urged, none.',
        headers: idempotencyHeaders,
        body: remindManyRequest,
        response: answers(200, Type.Object({ reminded: Type.Integer() })),
      },
    },
    (request) =>
      remindAssignees(hub, {
        actor: sessionOf(request).actor,
        key: request.headers['idempotency-key'],
        assignmentIds: request.body.ids,
        text: request.body.text,
      }),
  );
}

type Done = Promise<{ id: string }>;

function schemaOf<Body>(summary: string, body: Body) {
  return { summary, headers: idempotencyHeaders, params: idParams, body, response: answers(200, acted) };
}

function onAssignment(request: {
  readonly params: { readonly id: string };
  readonly headers: { readonly 'idempotency-key'?: string | undefined };
}): OnAssignment {
  return {
    actor: sessionOf(request as Parameters<typeof sessionOf>[0]).actor,
    assignmentId: request.params.id,
    key: request.headers['idempotency-key'],
  };
}

function plain(app: RouteApp, verb: string, summary: string, act: (on: OnAssignment) => Done): void {
  app.post(`/assignments/:id/${verb}`, { schema: schemaOf(summary, noBody) }, (request) =>
    act(onAssignment(request)),
  );
}

function withReason(
  app: RouteApp,
  verb: string,
  summary: string,
  act: (on: OnAssignment & Static<typeof reasonRequest>) => Done,
): void {
  app.post(`/assignments/:id/${verb}`, { schema: schemaOf(summary, reasonRequest) }, (request) =>
    act({ ...onAssignment(request), reason: request.body.reason }),
  );
}

function withNote(
  app: RouteApp,
  verb: string,
  summary: string,
  act: (on: OnAssignment & { note?: string | undefined }) => Done,
): void {
  app.post(`/assignments/:id/${verb}`, { schema: schemaOf(summary, confirmRequest) }, (request) =>
    act({ ...onAssignment(request), note: request.body?.note }),
  );
}
