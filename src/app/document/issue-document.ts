import { randomUUID } from 'node:crypto';
import type {
  DocumentTransaction,
  NewDelivery,
  PlacedRecipient,
  StoredDocument,
} from '#app/ports/documents.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayKeepRegister } from '#domain/access/document-policy.ts';
import type { HubEvent } from '#domain/event.ts';
import { statusChanged } from '#domain/document/document-event.ts';
import { nextIncoming, type IncomingState } from '#domain/document/incoming-state.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import {
  actOnDocument,
  changedEvent,
  move,
  writeStep,
  type ActedOn,
  type OnDocument,
} from './act-on-document.ts';
import { nextOut } from './draft-document.ts';
import { sendNotice, type NoticePorts } from './send-notice.ts';

/**
 * Issues a sealed document (phát hành): one delivery for each recipient, and in every recipient organ of the hub an
 * incoming document that has arrived, with a mail to its registry, in the same transaction. Throws `not_permitted`,
 * `document_wrong_state`, `recipient_unknown` for an organ that is no more.
 */
export function issueDocument(ports: NoticePorts, input: OnDocument): Promise<ActedOn> {
  return actOnDocument(
    ports,
    input,
    { operation: 'document.issue', request: {} },
    async ({ tx, document, at, actor }) => {
      const state = nextOut(document, 'issue');
      if (!mayKeepRegister(actor, document.organId)) throw new HubError('not_permitted');
      const placed = await tx.placeRecipients(document.draft?.recipients ?? [], document.organId, at);
      const replaced = await replaceEarlier(tx, document, actor, at);
      const arrived = await arriveAt(tx, document, placed, actor, at);
      const deliveries = placed.map((recipient, index): NewDelivery => {
        const incoming = recipient.id === undefined ? undefined : arrived.get(recipient.id);
        return {
          ordinal: index + 1,
          kind: recipient.kind,
          recipientName: recipient.name,
          ...(recipient.id === undefined ? {} : { recipientId: recipient.id }),
          ...(incoming === undefined ? {} : { incomingId: incoming.id, status: '01' as const, statusAt: at }),
        };
      });
      await tx.addDeliveries(document.id, deliveries);
      const inside = placed.flatMap(({ room }) => room ?? []);
      const notice = await sendNotice(ports, tx, {
        document,
        actor,
        at,
        heading: document.direction === 'internal' ? 'Văn bản nội bộ' : 'Văn bản đến',
        organIds: [...arrived.keys()],
        rooms: inside,
      });
      const arrivals = [...arrived.values()].map((incoming) =>
        changedEvent(incoming, 'arrive', actor, undefined, 'document.arrived'),
      );
      return {
        act: 'issue',
        state,
        rooms: [...inside, rooms.registry(document.organId)],
        events: [
          ...replaced,
          statusChanged(document.id, deliveries, [...document.rooms, ...inside]),
          ...arrivals,
          ...notice,
        ],
      };
    },
  );
}

/** By the organ that receives it. */
async function arriveAt(
  tx: DocumentTransaction,
  document: StoredDocument,
  placed: readonly PlacedRecipient[],
  actor: Actor,
  at: Date,
): Promise<ReadonlyMap<string, StoredDocument>> {
  const copies = new Map<string, string>(
    document.replacesId === undefined ? [] : await copiesOf(tx, document.replacesId),
  );
  const corrected = new Map<string, string>(
    document.correctsId === undefined ? [] : await copiesOf(tx, document.correctsId),
  );
  const arrived = new Map<string, StoredDocument>();
  for (const { kind, id: organId } of placed) {
    if (kind !== 'organ' || organId === undefined) continue;
    const {
      unitId: _unit,
      draft: _draft,
      replyToId: _reply,
      replacesId: _replaces,
      correctsId: _corrects,
      ...shown
    } = document;
    const earlier = copies.get(organId);
    const mended = corrected.get(organId);
    const incoming = await tx.insertDocument({
      ...shown,
      id: randomUUID(),
      direction: 'incoming',
      organId,
      state: 'arrived',
      source: 'hub',
      originId: document.id,
      arrivedAt: at,
      ...(earlier === undefined ? {} : { replacesId: earlier }),
      ...(mended === undefined ? {} : { correctsId: mended }),
      rooms: [rooms.registry(organId)],
      createdAt: at,
    });
    await writeStep(tx, incoming, 'arrive', actor, at);
    arrived.set(organId, incoming);
  }
  return arrived;
}

/** What each organ of the hub received of an issued document: organ and the id of its copy. */
async function copiesOf(
  tx: DocumentTransaction,
  documentId: string,
): Promise<readonly (readonly [string, string])[]> {
  const deliveries = await tx.deliveries(documentId);
  return deliveries.flatMap(({ recipientId, incomingId }) =>
    recipientId === undefined || incomingId === undefined ? [] : [[recipientId, incomingId] as const],
  );
}

/** The document in whose place it stands, here and wherever it is still in force (Article 18.3). */
async function replaceEarlier(
  tx: DocumentTransaction,
  document: StoredDocument,
  actor: Actor,
  at: Date,
): Promise<readonly HubEvent[]> {
  if (document.replacesId === undefined) return [];
  const earlier = await tx.lockDocument(document.replacesId);
  if (earlier === undefined) throw new HubError('bad_input', { field: 'replacesId' });
  const note = document.symbol;
  const events: HubEvent[] = [];
  const here = { act: 'replace', state: nextOut(earlier, 'replace'), note };
  events.push((await move(tx, earlier.id, here, actor, at)).event);
  for (const [, incomingId] of await copiesOf(tx, earlier.id)) {
    const copy = await tx.lockDocument(incomingId);
    if (copy === undefined || ['refused', 'withdrawn', 'replaced'].includes(copy.state)) continue;
    const there = { act: 'replace', state: nextIncoming(copy.state as IncomingState, 'replace'), note };
    events.push((await move(tx, incomingId, there, actor, at)).event);
  }
  return events;
}
