import { mayKeepRegister, maySolve } from '#domain/access/document-policy.ts';
import { roomsOf } from '#domain/access/actor.ts';
import { documentLimits, optionalLineOf, textOf } from '#domain/document/document-limits.ts';
import { nextIncoming, type IncomingAct, type IncomingState } from '#domain/document/incoming-state.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import type { StoredDocument } from '#app/ports/documents.ts';
import {
  actOnDocument,
  labelOf,
  refuseStamp,
  type ActedOn,
  type Acting,
  type DocumentPorts,
  type OnDocument,
} from './act-on-document.ts';
import { tellSender } from './tell-sender.ts';

export interface WithReason extends OnDocument {
  readonly reason: string;
}

export interface WithNote extends OnDocument {
  readonly note?: string | undefined;
}

export function reasonOf(text: string): string {
  return textOf('reason', text, documentLimits.noteCharactersMax);
}

/** Throws `document_wrong_state` when it is no incoming one, or not in a state for the act. */
export function nextOf(document: StoredDocument, act: IncomingAct): IncomingState {
  if (document.direction !== 'incoming') throw new HubError('document_wrong_state');
  return nextIncoming(document.state as IncomingState, act);
}

function requireClerk({ actor, document }: Acting): void {
  if (!mayKeepRegister(actor, document.organId)) throw new HubError('not_permitted');
}

/**
 * Refuses what arrived (từ chối tiếp nhận): the sender is told why. Throws `not_permitted`, `document_wrong_state`,
 * `bad_input`.
 */
export function refuseIncoming(ports: DocumentPorts, input: WithReason): Promise<ActedOn> {
  const reason = reasonOf(input.reason);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.refuse', request: { reason } },
    async (acting) => {
      requireClerk(acting);
      const { tx, document, at } = acting;
      const state = nextOf(document, 'refuse');
      const events = await tellSender(tx, document, { status: '02', reason }, at);
      return { act: 'refuse', state, note: reason, events };
    },
  );
}

export interface SubmitToLeader extends WithNote {
  /** The post of the leader who decides on it. */
  readonly positionId: string;
}

/** Submits it to who decides on it (trình). Throws `not_permitted`, `recipient_unknown`, `document_wrong_state`. */
export function submitIncoming(ports: DocumentPorts, input: SubmitToLeader): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  const { positionId } = input;
  return actOnDocument(
    ports,
    input,
    { operation: 'document.submit', request: { positionId, note } },
    async (acting) => {
      requireClerk(acting);
      const { tx, document, at } = acting;
      const state = nextOf(document, 'submit');
      const leader = await tx.signingPost(positionId, at);
      const leads = ['head', 'deputy', 'office_chief'];
      if (leader?.organId !== document.organId || !leads.includes(leader.positionAuthority))
        throw new HubError('recipient_unknown', { field: 'positionId' });
      return {
        act: 'submit',
        state,
        note: [`${leader.title} ${leader.fullName}`, ...(note === undefined ? [] : [note])].join('\n'),
        rooms: [rooms.position(positionId), ...leader.accountIds.map((id) => rooms.account(id))],
      };
    },
  );
}

export interface HandOver extends WithNote {
  readonly to: { readonly kind: 'unit' | 'person'; readonly id: string };
}

/** Hands it over (chuyển giao); who takes it signs for it. Throws `not_permitted`, `recipient_unknown`. */
export function handOver(ports: DocumentPorts, input: HandOver): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: 'document.hand_over', request: { to: input.to, note } },
    async (acting) => {
      requireClerk(acting);
      const { tx, document, at, actor } = acting;
      const state = nextOf(document, 'hand_over');
      const handover = await tx.addHandover(document, input.to, at, labelOf(actor).byName);
      return {
        act: 'hand_over',
        state,
        note: [handover.toName, ...(note === undefined ? [] : [note])].join('\n'),
        rooms: [handover.room],
      };
    },
  );
}

/** Signs for what was handed over (ký nhận). Throws `not_permitted` when nothing was handed to the actor. */
export function signForIncoming(ports: DocumentPorts, input: OnDocument): Promise<ActedOn> {
  return actOnDocument(
    ports,
    input,
    { operation: 'document.sign_for', request: {} },
    async ({ tx, document, at, actor }) => {
      const signed = await tx.signHandover(document.id, roomsOf(actor), at, labelOf(actor).byName);
      if (signed === undefined) throw new HubError('not_permitted');
      return { act: 'sign_for', state: document.state, note: signed.toName };
    },
  );
}

/** Says that it is being worked on. Throws `not_permitted`, `document_wrong_state`. */
export function processIncoming(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  return solve(ports, input, 'process', '05');
}

/** Closes it: solved, or to be kept and known of (lưu, để biết). Throws the same. */
export function closeIncoming(ports: DocumentPorts, input: WithNote): Promise<ActedOn> {
  return solve(ports, input, 'close', '06');
}

function solve(
  ports: DocumentPorts,
  input: WithNote,
  act: 'process' | 'close',
  status: '05' | '06',
): Promise<ActedOn> {
  const note = noteOf(ports, input.note);
  return actOnDocument(
    ports,
    input,
    { operation: `document.${act}`, request: { note } },
    async ({ tx, document, at, actor }) => {
      if (!maySolve(actor, document.organId, await tx.assigneeRooms(document.id)))
        throw new HubError('not_permitted');
      const state = nextOf(document, act);
      return { act, state, note, events: await tellSender(tx, document, { status }, at) };
    },
  );
}

export interface FileDocument extends OnDocument {
  /** Số và ký hiệu hồ sơ: `01.TCCB`. */
  readonly fileNotation: string;
}

const fileNotationCharactersMax = 20;

/** Puts a closed one into its file (hồ sơ). Throws `not_permitted`, `document_wrong_state`, `bad_input`. */
export function fileIncoming(ports: DocumentPorts, input: FileDocument): Promise<ActedOn> {
  const fileNotation = optionalLineOf('fileNotation', input.fileNotation, fileNotationCharactersMax);
  if (fileNotation === undefined) throw new HubError('bad_input', { field: 'fileNotation' });
  return actOnDocument(
    ports,
    input,
    { operation: 'document.file', request: { fileNotation } },
    async ({ tx, document, actor }) => {
      if (!maySolve(actor, document.organId, await tx.assigneeRooms(document.id)))
        throw new HubError('not_permitted');
      return { act: 'file', state: nextOf(document, 'file'), note: fileNotation };
    },
  );
}

export function noteOf(ports: DocumentPorts, text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  refuseStamp(ports, { note: text });
  return textOf('note', text, documentLimits.noteCharactersMax);
}
