import { randomUUID } from 'node:crypto';
import type { DocumentTransaction, StoredDocument } from '#app/ports/documents.ts';
import { runOnce } from '#app/run-once.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayKeepRegister, registerOrganOf } from '#domain/access/document-policy.ts';
import { dayOf, refuseSecrecy } from '#domain/document/document-limits.ts';
import { checkedIncoming, type IncomingFields } from '#domain/document/incoming-fields.ts';
import { nextIncoming, type IncomingState } from '#domain/document/incoming-state.ts';
import { numberText } from '#domain/document/notation.ts';
import { provinceDay } from '#domain/document/province-day.ts';
import { incomingRegister } from '#domain/document/register.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import {
  actOnDocument,
  changedEvent,
  labelOf,
  refuseStamp,
  writeStep,
  type ActedOn,
  type ByActor,
  type DocumentPorts,
  type OnDocument,
} from './act-on-document.ts';
import { tellSender } from './tell-sender.ts';

interface Registering {
  /** The day it came, when it is booked late: it gets a suffix and renumbers nothing. */
  readonly arrivedOn?: string | undefined;
  /** It is known to look like one that is registered already. */
  readonly registerAnyway?: boolean | undefined;
}

export interface RegisterIncoming extends ByActor, Registering {
  readonly fields: IncomingFields;
  /** Anything but `none` is refused. */
  readonly secrecy?: string | undefined;
  /** The message that it came with: one in a mailbox that the clerk may read. */
  readonly messageId?: string | undefined;
}

/**
 * Registers a document that came on paper or by mail (đăng ký văn bản đến; Decree 30/2020, Article 22). Throws
 * `not_permitted`, `bad_input`, `text_too_long`, `line_break_in_field`, `secret_content`, `duplicate_document`,
 * `not_found` for a message, `idempotency_key_reused`.
 */
export async function registerIncoming(ports: DocumentPorts, input: RegisterIncoming): Promise<ActedOn> {
  const { actor, key, messageId } = input;
  refuseSecrecy(input.secrecy);
  const organId = registerOrganOf(actor);
  if (organId === undefined || !mayKeepRegister(actor, organId)) throw new HubError('not_permitted');
  const fields = checkedIncoming(input.fields);
  refuseStamp(ports, { subject: fields.subject, description: fields.description });
  const { actor: _actor, key: _key, ...request } = input;
  const done = await ports.documents.transaction((tx) =>
    runOnce(tx, { accountId: actor.accountId, key, operation: 'document.register', request }, async () => {
      const at = ports.clock.now();
      const message = await messageOf(tx, actor, messageId);
      const document = await tx.insertDocument({
        id: randomUUID(),
        direction: 'incoming',
        organId,
        state: nextIncoming('arrived', 'register'),
        ...fields,
        language: fields.language ?? 'Tiếng Việt',
        source: message === undefined ? 'paper' : 'mail',
        ...(message === undefined ? {} : { messageId: message.id }),
        arrivedAt: at,
        rooms: [rooms.registry(organId)],
        createdBy: actor.accountId,
        createdAt: at,
      });
      const numbered = await numberIncoming(tx, document, input, actor, at);
      await writeStep(tx, numbered, 'register', actor, at);
      await tx.record([changedEvent(numbered, 'register', actor)], at);
      return { id: document.id, version: numbered.version };
    }),
  );
  ports.committed();
  return done;
}

async function messageOf(tx: DocumentTransaction, actor: Actor, messageId: string | undefined) {
  if (messageId === undefined) return undefined;
  const message = await tx.messageFor(actor.accountId, messageId);
  if (message === undefined) throw new HubError('not_found', { field: 'messageId' });
  return message;
}

/** Registers what another organ of the hub has sent. Throws the same, and `document_wrong_state`. */
export function registerArrived(ports: DocumentPorts, input: OnDocument & Registering): Promise<ActedOn> {
  const { arrivedOn, registerAnyway } = input;
  return actOnDocument(
    ports,
    input,
    { operation: 'document.register', request: { arrivedOn, registerAnyway } },
    async ({ tx, document, at, actor }) => {
      if (!mayKeepRegister(actor, document.organId)) throw new HubError('not_permitted');
      if (document.direction !== 'incoming') throw new HubError('document_wrong_state');
      const state = nextIncoming(document.state as IncomingState, 'register');
      await numberIncoming(tx, document, input, actor, at);
      return { act: 'register', state, events: await tellSender(tx, document, { status: '03' }, at) };
    },
  );
}

async function numberIncoming(
  tx: DocumentTransaction,
  document: StoredDocument,
  input: Registering,
  actor: Actor,
  at: Date,
): Promise<StoredDocument> {
  const { organId } = document;
  const today = provinceDay(at);
  const day = input.arrivedOn === undefined ? today : dayOf('arrivedOn', input.arrivedOn);
  if (day > today) throw new HubError('bad_input', { field: 'arrivedOn' });
  if (input.registerAnyway !== true) await refuseDuplicate(tx, document);
  await tx.takeNumber({
    documentId: document.id,
    organId,
    register: incomingRegister,
    year: Number(day.slice(0, 4)),
    bookedOn: day,
    at,
    byName: labelOf(actor).byName,
    symbolOf: numberText,
  });
  return tx.changeDocument(document.id, {}, [rooms.registry(organId)], at);
}

async function refuseDuplicate(tx: DocumentTransaction, document: StoredDocument): Promise<void> {
  const { id, organId, exchangeId, symbol, issuerName, issuedOn } = document;
  const same = await tx.duplicates({ organId, exchangeId, symbol, issuerName, issuedOn, exceptId: id });
  if (same.length > 0) throw new HubError('duplicate_document', { field: 'symbol' });
}
