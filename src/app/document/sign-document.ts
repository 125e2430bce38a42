import { createHash } from 'node:crypto';
import type { DocumentTransaction, Organ, StoredDocument } from '#app/ports/documents.ts';
import { mayKeepRegister, maySign, maySealFor } from '#domain/access/document-policy.ts';
import { signedWords, type DraftContent } from '#domain/document/draft.ts';
import { notationOf, symbolOf } from '#domain/document/notation.ts';
import { provinceDay } from '#domain/document/province-day.ts';
import { nextOutgoing } from '#domain/document/outgoing-state.ts';
import { outgoingRegister } from '#domain/document/register.ts';
import { signatureLines } from '#domain/document/signing-authority.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import {
  actOnDocument,
  labelOf,
  move,
  type ActedOn,
  type DocumentPorts,
  type OnDocument,
} from './act-on-document.ts';
import { nextOut, organOf, signerOf } from './draft-document.ts';
import { noteOf, reasonOf, type WithNote, type WithReason } from './incoming-acts.ts';

/**
 * Signs, and numbers and dates it in the same transaction (Decree 30/2020, Articles 14 and 15): who signs, what exactly
 * (its SHA-256), and the next number of its register, or none of it. The signature is the recorded act of who is signed
 * in; `DocumentTransaction.keepSignature` is where a cryptographic one is kept. Throws `not_permitted`,
 * `document_wrong_state`, `bad_input`, `edit_conflict`.
 */
export function signDocument(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.sign', request: { note } },
    async ({ tx, document, at, actor }) => {
      const signed = nextOut(document, 'sign');
      const { draft } = document;
      if (draft === undefined) throw new Error(`document ${document.id} has no draft`);
      const post = await tx.signingPost(draft.signer.positionId, at);
      if (post === undefined || !maySign(actor, document.organId, { ...post, ...draft.signer }))
        throw new HubError('not_permitted');
      const organ = await organOf(tx, document.organId, at);
      const signer = await signerOf(tx, organ, draft, at);
      const issuedOn = provinceDay(at);
      const symbol = await numberOutgoing(tx, document, draft, organ, at, labelOf(actor).byName);
      const contentHash = createHash('sha256')
        .update(
          signedWords({
            content: draft,
            symbol,
            issuedOn,
            organName: organ.name,
            signerLines: signatureLines(signer),
            signerName: signer.fullName,
          }),
        )
        .digest('hex');
      await tx.keepSignature(document.id, { kind: 'person', at, contentHash, byName: labelOf(actor).byName });
      const { event } = await move(tx, document.id, { act: 'sign', state: signed, note }, actor, at);
      return {
        act: 'number',
        earlier: [event],
        state: nextOutgoing(signed, 'number'),
        note: symbol,
        patch: {
          symbol,
          issuedOn,
          signer,
          contentHash,
          exchangeId: `${organ.organId},${issuedOn.replaceAll('-', '/')},${symbol}`,
        },
      };
    },
  );
}

async function numberOutgoing(
  tx: DocumentTransaction,
  document: StoredDocument,
  draft: DraftContent,
  organ: Organ,
  at: Date,
  byName: string,
): Promise<string> {
  const day = provinceDay(at);
  const year = Number(day.slice(0, 4));
  const { typeCode, isNormative, advisoryCode } = draft;
  const unitCode =
    draft.unitCode ??
    (document.unitId === undefined || document.unitId === organ.id
      ? undefined
      : await tx.unitCode(document.unitId));
  const notation = notationOf({
    typeCode,
    organCode: advisoryCode ?? organ.code,
    unitCode,
    ...(isNormative ? { normativeYear: year } : {}),
  });
  const register = outgoingRegister({
    typeCode,
    isNormative,
    advisoryCode,
    numbering: await tx.numberingOf(organ.id, year),
  });
  const { symbol } = await tx.takeNumber({
    documentId: document.id,
    organId: organ.id,
    register,
    year,
    bookedOn: day,
    at,
    byName,
    symbolOf: (number, suffix) => symbolOf(number, suffix, notation),
  });
  return symbol;
}

/** The organ's signature (con dấu), after the person's and never before (Article 32.2d). Throws the same. */
export function sealDocument(ports: DocumentPorts, input: OnDocument): Promise<ActedOn> {
  return actOnDocument(
    ports,
    input,
    { operation: 'document.seal', request: {} },
    async ({ tx, document, at, actor }) => {
      const state = nextOut(document, 'seal');
      if (!maySealFor(actor, document.organId)) throw new HubError('not_permitted');
      const { contentHash } = document;
      if (contentHash === undefined) throw new HubError('document_wrong_state');
      await tx.keepSignature(document.id, { kind: 'organ', at, contentHash, byName: labelOf(actor).byName });
      return { act: 'seal', state };
    },
  );
}

/** Gives up what was numbered and not issued: its number stays in the register with the reason. Throws the same. */
export function voidDocument(ports: DocumentPorts, input: WithReason): Promise<ActedOn> {
  const reason = reasonOf(input.reason);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.void', request: { reason } },
    async ({ tx, document, at, actor }) => {
      const state = nextOut(document, 'void');
      if (!mayKeepRegister(actor, document.organId)) throw new HubError('not_permitted');
      await tx.voidNumber(document.id, at, reason);
      return { act: 'void', state, note: reason, rooms: [rooms.registry(document.organId)] };
    },
  );
}
