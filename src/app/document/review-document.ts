import { mayApproveContent, mayApproveForm, mayEditDraft } from '#domain/access/document-policy.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import { actOnDocument, type ActedOn, type DocumentPorts, type OnDocument } from './act-on-document.ts';
import { nextOut } from './draft-document.ts';
import { noteOf, reasonOf, type WithNote, type WithReason } from './incoming-acts.ts';

/** Submits a draft for review (trình duyệt). Throws `not_permitted`, `document_wrong_state`. */
export function submitDraft(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.submit_draft', request: { note } },
    ({ document, actor }) => {
      if (!mayEditDraft(actor, document)) throw new HubError('not_permitted');
      const state = nextOut(document, 'submit');
      return { act: 'submit', state, note, rooms: [rooms.unit(document.unitId ?? document.organId)] };
    },
  );
}

/** The head of the drafting unit answers for the content (Decree 30/2020, Article 12.1). Throws the same. */
export function approveContent(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.approve_content', request: { note } },
    ({ document, actor }) => {
      const state = nextOut(document, 'approve_content');
      if (!mayApproveContent(actor, document)) throw new HubError('not_permitted');
      return { act: 'approve_content', state, note, rooms: [rooms.registry(document.organId)] };
    },
  );
}

/** Who checks form and procedure answers for them (Article 12.2); then it waits for its signer. Throws the same. */
export function approveForm(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.approve_form', request: { note } },
    async ({ tx, document, actor, at }) => {
      const state = nextOut(document, 'approve_form');
      if (!mayApproveForm(actor, document.organId)) throw new HubError('not_permitted');
      const positionId = document.draft?.signer.positionId ?? '';
      const post = await tx.signingPost(positionId, at);
      if (post?.organId !== document.organId) throw new HubError('bad_input', { field: 'signer.positionId' });
      return {
        act: 'approve_form',
        state,
        note,
        rooms: [rooms.position(positionId), ...post.accountIds.map((id) => rooms.account(id))],
      };
    },
  );
}

/** Gives it back to its drafter (trả lại), by whoever it waits for. Throws the same, `bad_input`. */
export function returnDraft(ports: DocumentPorts, input: WithReason): Promise<ActedOn> {
  const reason = reasonOf(input.reason);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.return', request: { reason } },
    ({ document, actor }) => {
      const waitsFor = document.state;
      const state = nextOut(document, 'return');
      const signs = actor.positions.some(
        ({ positionId, delegatedScope }) =>
          delegatedScope === undefined && positionId === document.draft?.signer.positionId,
      );
      const may =
        waitsFor === 'in_review'
          ? mayApproveContent(actor, document)
          : waitsFor === 'content_approved'
            ? mayApproveForm(actor, document.organId)
            : signs || mayApproveForm(actor, document.organId);
      if (!may) throw new HubError('not_permitted');
      return { act: 'return', state, note: reason };
    },
  );
}

/** Its drafter gives a draft up; its versions stay. Throws the same. */
export function discardDraft(ports: DocumentPorts, input: OnDocument): Promise<ActedOn> {
  return actOnDocument(
    ports,
    input,
    { operation: 'document.discard', request: {} },
    ({ document, actor }) => {
      if (!mayEditDraft(actor, document)) throw new HubError('not_permitted');
      return { act: 'discard', state: nextOut(document, 'discard') };
    },
  );
}
