import type { DocumentTransaction, StoredDocument } from '#app/ports/documents.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayKeepRegister, mayTakeBack } from '#domain/access/document-policy.ts';
import type { DocumentDelivery } from '#domain/document/document.ts';
import { nextTakeBack, takeBackResult } from '#domain/document/delivery-status.ts';
import { statusChanged } from '#domain/document/document-event.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { actOnDocument, move, type ActedOn, type DocumentPorts, type OnDocument } from './act-on-document.ts';
import { nextOut } from './draft-document.ts';
import { nextOf, reasonOf, type WithReason } from './incoming-acts.ts';
import { sendNotice, type NoticePorts } from './send-notice.ts';

/**
 * Asks every organ that has it to give an issued document back (thu hồi, 13; Decree 30/2020, Article 18.4). Throws
 * `not_permitted`, `document_wrong_state`, also when no organ of the hub has it, `bad_input`.
 */
export function requestTakeBack(ports: NoticePorts, input: WithReason): Promise<ActedOn> {
  const reason = reasonOf(input.reason);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.take_back', request: { reason } },
    async ({ tx, document, at, actor }) => {
      const state = nextOut(document, 'request_take_back');
      if (!mayTakeBack(actor, document.organId, document.draft?.signer.positionId))
        throw new HubError('not_permitted');
      const events: HubEvent[] = [];
      const asking: DocumentDelivery[] = [];
      const organIds: string[] = [];
      for (const delivery of await tx.deliveries(document.id)) {
        const { incomingId, ordinal, takeBack, status, recipientId } = delivery;
        // What was refused at the door is not there to be given back, nor what was given back before.
        if (incomingId === undefined || recipientId === undefined || status === '02' || takeBack === '15')
          continue;
        const asked = { takeBack: nextTakeBack(takeBack, '13'), takeBackReason: reason };
        asking.push(await tx.changeDelivery(document.id, ordinal, asked, at));
        events.push(await askReceiver(tx, incomingId, reason, actor, at));
        organIds.push(recipientId);
      }
      if (organIds.length === 0) throw new HubError('document_wrong_state');
      const heading = 'Đề nghị thu hồi văn bản';
      const notice = await sendNotice(ports, tx, {
        document,
        actor,
        at,
        heading,
        note: reason,
        organIds,
        rooms: [],
      });
      return {
        act: 'request_take_back',
        state,
        note: reason,
        events: [statusChanged(document.id, asking, document.rooms), ...events, ...notice],
      };
    },
  );
}

async function askReceiver(
  tx: DocumentTransaction,
  incomingId: string,
  reason: string,
  actor: Actor,
  at: Date,
): Promise<HubEvent> {
  const copy = await tx.lockDocument(incomingId);
  if (copy === undefined) throw new Error(`the copy ${incomingId} is gone`);
  const asked = {
    act: 'request_take_back',
    state: copy.state,
    note: reason,
    patch: { takeBackReason: reason },
  };
  return (await move(tx, incomingId, asked, actor, at)).event;
}

/** The receiver's clerk agrees (15): content frozen, metadata kept. Throws `not_permitted`, `document_wrong_state`. */
export function agreeTakeBack(ports: DocumentPorts, input: OnDocument): Promise<ActedOn> {
  return answerTakeBack(ports, input, '15');
}

/** The receiver's clerk refuses (16), with the reason; nothing changes there. Throws the same, `bad_input`. */
export function refuseTakeBack(ports: DocumentPorts, input: WithReason): Promise<ActedOn> {
  return answerTakeBack(ports, input, '16', reasonOf(input.reason));
}

function answerTakeBack(
  ports: DocumentPorts,
  input: OnDocument,
  answer: '15' | '16',
  reason?: string,
): Promise<ActedOn> {
  const act = answer === '15' ? 'agree_take_back' : 'refuse_take_back';
  return actOnDocument(
    ports,
    input,
    { operation: `document.${act}`, request: { reason } },
    async ({ tx, document, at, actor }) => {
      const state = nextOf(document, act);
      if (!mayKeepRegister(actor, document.organId)) throw new HubError('not_permitted');
      if (document.takeBackAsked !== true) throw new HubError('document_wrong_state');
      const found = await tx.deliveryOf(document.id);
      if (found === undefined) throw new Error(`the sender of ${document.id} has no delivery of it`);
      const takeBack = nextTakeBack(found.delivery.takeBack, answer);
      const patch = { takeBack, ...(reason === undefined ? {} : { takeBackReason: reason }) };
      const changed = await tx.changeDelivery(found.documentId, found.delivery.ordinal, patch, at);
      const told = statusChanged(found.documentId, [changed], found.rooms);
      const settled = await settle(tx, found.documentId, actor, at);
      return {
        act,
        state,
        ...(reason === undefined ? {} : { note: reason }),
        patch: { takeBackReason: null },
        events: [told, ...settled],
      };
    },
  );
}

/** Once everybody has answered, the sender's document is recalled, in part, or stays as it was. */
async function settle(
  tx: DocumentTransaction,
  documentId: string,
  actor: Actor,
  at: Date,
): Promise<readonly HubEvent[]> {
  const deliveries = await tx.deliveries(documentId);
  const result = takeBackResult(
    deliveries
      .filter(({ incomingId, status }) => incomingId !== undefined && status !== '02')
      .map(({ takeBack }) => takeBack),
  );
  if (result === undefined) return [];
  const sender: StoredDocument | undefined = await tx.lockDocument(documentId);
  if (sender === undefined) throw new Error(`document ${documentId} is gone`);
  const moved = await move(tx, documentId, { act: result, state: nextOut(sender, result) }, actor, at);
  return [moved.event];
}
