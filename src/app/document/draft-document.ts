import { createHash, randomUUID } from 'node:crypto';
import type { DocumentTransaction, Organ, StoredDocument } from '#app/ports/documents.ts';
import { runOnce } from '#app/run-once.ts';
import type { Actor } from '#domain/access/actor.ts';
import { draftingPost, mayEditDraft } from '#domain/access/document-policy.ts';
import { checkedDraft, type DraftContent } from '#domain/document/draft.ts';
import { refuseSecrecy } from '#domain/document/document-limits.ts';
import { checkSigner, type Signer } from '#domain/document/signing-authority.ts';
import { nextOutgoing, type OutgoingAct, type OutgoingState } from '#domain/document/outgoing-state.ts';
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

export interface DraftDocument extends ByActor {
  readonly direction: 'outgoing' | 'internal';
  /** The drafting unit, where the actor has posts in several. */
  readonly unitId?: string | undefined;
  readonly content: DraftContent;
  readonly secrecy?: string | undefined;
}

/**
 * Begins a draft (dự thảo). Throws `not_permitted`, `bad_input`, `text_too_long`, `line_break_in_field`,
 * `secret_content`, `no_recipient`, `too_many_recipients`, `recipient_unknown`, `idempotency_key_reused`.
 */
export async function draftDocument(ports: DocumentPorts, input: DraftDocument): Promise<ActedOn> {
  const { actor, key, direction, unitId } = input;
  refuseSecrecy(input.secrecy);
  const content = checkedDraft(direction, input.content);
  refuseStamp(ports, { subject: content.subject, body: content.body });
  const post = draftingPost(actor, unitId);
  if (post?.organId === undefined) throw new HubError('not_permitted');
  const { organId } = post;
  const done = await ports.documents.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: 'document.draft',
        request: { direction, unitId, content },
      },
      async () => {
        const at = ports.clock.now();
        const organ = await organOf(tx, organId, at);
        await checkNamed(tx, organ, content, at);
        const document = await tx.insertDocument({
          id: randomUUID(),
          direction,
          organId,
          unitId: post.unitId,
          state: 'draft',
          ...shownOf(content),
          issuerName: organ.name,
          issuerOrganId: organ.organId,
          language: content.language ?? 'Tiếng Việt',
          source: 'draft',
          draft: content,
          rooms: [rooms.account(actor.accountId)],
          createdBy: actor.accountId,
          createdAt: at,
        });
        await keepVersion(tx, document, content, actor, at);
        await writeStep(tx, document, 'draft', actor, at);
        await tx.record([changedEvent(document, 'draft', actor)], at);
        return { id: document.id, version: document.version };
      },
    ),
  );
  ports.committed();
  return done;
}

export interface EditDraft extends OnDocument {
  readonly content: DraftContent;
  readonly secrecy?: string | undefined;
  /** If-Match; without it nothing is overwritten. */
  readonly version: number;
}

/** Writes a new version of a draft; the ones before it stay. Throws the same, `edit_conflict`, `document_wrong_state`. */
export function editDraft(ports: DocumentPorts, input: EditDraft): Promise<ActedOn> {
  refuseSecrecy(input.secrecy);
  refuseStamp(ports, { subject: input.content.subject, body: input.content.body });
  return actOnDocument(
    ports,
    input,
    { operation: 'document.edit', request: { content: input.content } },
    async ({ tx, document, at, actor }) => {
      if (!mayEditDraft(actor, document)) throw new HubError('not_permitted');
      const state = nextOut(document, 'edit');
      const content = checkedDraft(document.direction, input.content);
      await checkNamed(tx, await organOf(tx, document.organId, at), content, at);
      await keepVersion(tx, { ...document, version: document.version + 1 }, content, actor, at);
      return { act: 'edit', state, patch: { ...shownOf(content), draft: content } };
    },
  );
}

/** Throws `document_wrong_state` when it is an incoming one, or not in a state for the act. */
export function nextOut(document: StoredDocument, act: OutgoingAct): OutgoingState {
  if (document.direction === 'incoming') throw new HubError('document_wrong_state');
  return nextOutgoing(document.state as OutgoingState, act);
}

export async function organOf(tx: DocumentTransaction, organId: string, at: Date): Promise<Organ> {
  const organ = await tx.organ(organId, at);
  if (organ === undefined) throw new HubError('not_permitted');
  return organ;
}

/** What lists show of a draft. */
function shownOf(content: DraftContent) {
  const { typeCode, subject, urgency, circulation, dueOn, place, field, pageAmount, copies } = content;
  return {
    typeCode,
    subject,
    urgency,
    circulation,
    ...(dueOn === undefined ? {} : { dueOn }),
    ...(place === undefined ? {} : { place }),
    ...(field === undefined ? {} : { field }),
    ...(pageAmount === undefined ? {} : { pageAmount }),
    ...(copies === undefined ? {} : { copies }),
    ...(content.replyToId === undefined ? {} : { replyToId: content.replyToId }),
    ...(content.replacesId === undefined ? {} : { replacesId: content.replacesId }),
    ...(content.correctsId === undefined ? {} : { correctsId: content.correctsId }),
  };
}

function keepVersion(
  tx: DocumentTransaction,
  document: { readonly id: string; readonly version: number },
  content: DraftContent,
  actor: Actor,
  at: Date,
): Promise<void> {
  return tx.saveVersion(document.id, {
    number: document.version,
    at,
    byName: labelOf(actor).byName,
    content,
    contentHash: createHash('sha256').update(JSON.stringify(content)).digest(),
  });
}

/** Recipients, signer and the documents it refers to are there and are what they are taken for. */
async function checkNamed(
  tx: DocumentTransaction,
  organ: Organ,
  content: DraftContent,
  at: Date,
): Promise<void> {
  await tx.placeRecipients(content.recipients, organ.id, at);
  await signerOf(tx, organ, content, at);
  for (const field of ['replyToId', 'replacesId', 'correctsId'] as const) {
    const id = content[field];
    if (id === undefined) continue;
    const other = await tx.lockDocument(id);
    const wanted = field === 'replyToId' ? other?.direction === 'incoming' : other?.direction !== 'incoming';
    if (other?.organId !== organ.id || !wanted) throw new HubError('bad_input', { field });
    if (field === 'replacesId' && other.typeCode !== content.typeCode)
      throw new HubError('bad_input', { field });
  }
}

/** Throws `bad_input` for a post that is none of the organ's, or a form that lacks something. */
export async function signerOf(
  tx: DocumentTransaction,
  organ: Organ,
  content: DraftContent,
  at: Date,
): Promise<Signer> {
  const post = await tx.signingPost(content.signer.positionId, at);
  if (post?.organId !== organ.id) throw new HubError('bad_input', { field: 'signer.positionId' });
  const { authority, onBehalfOf } = content.signer;
  const signer = {
    authority,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    position: post.title,
    fullName: post.fullName,
  };
  checkSigner(signer);
  return signer;
}
