import type { DocumentPatch, Documents, DocumentTransaction, StoredDocument } from '#app/ports/documents.ts';
import { runOnce } from '#app/run-once.ts';
import { primaryPosition, type Actor } from '#domain/access/actor.ts';
import { mayReadDocument } from '#domain/access/document-policy.ts';
import type { Clock } from '#domain/clock.ts';
import type { DocumentState, OfficialDocument } from '#domain/document/document.ts';
import { summaryOf, type DocumentChanged } from '#domain/document/document-event.ts';
import type { HubEvent } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';

export interface DocumentPorts {
  readonly documents: Documents;
  /** Of the official mail: what stands for a secrecy stamp is one rule for all doors. */
  readonly mail: { findSecretStamp(text: string): string | undefined };
  readonly clock: Clock;
  readonly committed: () => void;
}

export interface ByActor {
  readonly actor: Actor;
  readonly key?: string | undefined;
}

export interface OnDocument extends ByActor {
  readonly id: string;
  /** If-Match: the version that the caller has seen. */
  readonly version?: number | undefined;
}

export interface ActedOn {
  readonly id: string;
  readonly version: number;
}

/** What an act makes of a document. */
export interface Moved {
  readonly act: string;
  readonly state: DocumentState;
  readonly patch?: DocumentPatch;
  readonly note?: string | undefined;
  readonly rooms?: readonly string[];
  /** What happened before it by the same act. */
  readonly earlier?: readonly HubEvent[];
  /** What else has happened by it, after the change itself. */
  readonly events?: readonly HubEvent[];
}

export interface Acting {
  readonly tx: DocumentTransaction;
  readonly document: StoredDocument;
  readonly at: Date;
  readonly actor: Actor;
}

/**
 * One act on one document, in one transaction: lock, decide, write, record last. Who has no path to it is not told that
 * it exists. Throws `not_found`, `edit_conflict`, `idempotency_key_reused`, and what `work` throws.
 */
export async function actOnDocument(
  ports: DocumentPorts,
  input: OnDocument,
  command: { readonly operation: string; readonly request: unknown },
  work: (acting: Acting) => Promise<Moved> | Moved,
): Promise<ActedOn> {
  const { actor, id, key } = input;
  const done = await ports.documents.transaction((tx) =>
    runOnce(
      tx,
      {
        accountId: actor.accountId,
        key,
        operation: command.operation,
        request: { id, version: input.version, input: command.request },
      },
      async () => {
        const at = ports.clock.now();
        const document = await tx.lockDocument(id);
        if (document === undefined || !mayReadDocument(actor, document)) throw new HubError('not_found');
        if (input.version !== undefined && input.version !== document.version)
          throw new HubError('edit_conflict');
        const moved = await work({ tx, document, at, actor });
        const { stored, event } = await move(tx, id, moved, actor, at);
        await tx.record([...(moved.earlier ?? []), event, ...(moved.events ?? [])], at);
        return { id, version: stored.version };
      },
    ),
  );
  ports.committed();
  return done;
}

/** Writes what an act makes of a document, and gives the event of it, which the caller records. */
export async function move(
  tx: DocumentTransaction,
  id: string,
  moved: Moved,
  actor: Actor,
  at: Date,
): Promise<{ stored: StoredDocument; event: DocumentChanged }> {
  const stored = await tx.changeDocument(id, { ...moved.patch, state: moved.state }, moved.rooms ?? [], at);
  await writeStep(tx, stored, moved.act, actor, at, moved.note);
  return { stored, event: changedEvent(stored, moved.act, actor, moved.note) };
}

export function writeStep(
  tx: DocumentTransaction,
  document: OfficialDocument,
  act: string,
  actor: Actor,
  at: Date,
  note?: string,
): Promise<void> {
  return tx.addStep(document.id, {
    act,
    state: document.state,
    at,
    byAccountId: actor.accountId,
    ...labelOf(actor),
    ...(note === undefined ? {} : { note }),
  });
}

export function labelOf(actor: Actor): { byName: string; byTitle: string } {
  return { byName: actor.name, byTitle: primaryPosition(actor)?.title ?? '' };
}

export function changedEvent(
  document: StoredDocument,
  act: string,
  actor: Actor,
  note?: string,
  type: DocumentChanged['type'] = 'document.changed',
): DocumentChanged {
  return {
    type,
    document: summaryOf(document),
    act,
    ...labelOf(actor),
    ...(note === undefined ? {} : { note }),
    rooms: document.rooms,
  };
}

/** Throws `secret_content` for a text that bears a stamp (architecture.md §6). */
export function refuseStamp(ports: DocumentPorts, texts: Readonly<Record<string, string | undefined>>): void {
  for (const [field, text] of Object.entries(texts))
    if (text !== undefined && ports.mail.findSecretStamp(text) !== undefined)
      throw new HubError('secret_content', { field });
}
