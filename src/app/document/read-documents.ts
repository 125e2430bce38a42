import type { DocumentDetail, Documents, DraftVersion, DuplicateQuery } from '#app/ports/documents.ts';
import type { Page } from '#app/ports/hub-store.ts';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import { mayKeepRegister, registerOrganOf } from '#domain/access/document-policy.ts';
import type { OfficialDocument } from '#domain/document/document.ts';
import { dayOf } from '#domain/document/document-limits.ts';
import { HubError } from '#domain/hub-error.ts';

interface ReadPorts {
  readonly documents: Documents;
}

/** As many open documents as one list shows; who has more follows the lists of their own (`listDocuments`). */
const workItemsMax = 200;

/** What is open for the actor, with the position it includes. */
export function listWork(ports: ReadPorts, actor: Actor): ReturnType<Documents['work']> {
  return ports.documents.work(roomsOf(actor), workItemsMax);
}

export function listDocuments(
  ports: ReadPorts,
  input: {
    readonly actor: Actor;
    readonly direction?: OfficialDocument['direction'] | undefined;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<OfficialDocument>> {
  const { actor, ...query } = input;
  return ports.documents.list({ ...query, rooms: roomsOf(actor) });
}

/** Throws `not_found` also for who has no path to it. */
export async function readDocument(
  ports: ReadPorts,
  actor: Actor,
  id: string,
): Promise<DocumentDetail & { position: number; organName: string }> {
  const detail = await ports.documents.detail(id, roomsOf(actor));
  if (detail === undefined) throw new HubError('not_found');
  return detail;
}

/** Throws `not_found`. */
export async function readVersions(
  ports: ReadPorts,
  input: {
    readonly actor: Actor;
    readonly id: string;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<Page<DraftVersion>> {
  const { actor, id, limit, cursor } = input;
  const { document } = await readDocument(ports, actor, id);
  // A receiver reads what was issued, not how it came to be.
  if (document.direction === 'incoming') return { items: [] };
  return ports.documents.versions(id, { limit, cursor });
}

/** For the clerk, before registering. Throws `not_permitted`, `bad_input`. */
export async function findDuplicates(
  ports: ReadPorts,
  input: { readonly actor: Actor } & Omit<DuplicateQuery, 'organId' | 'exceptId'>,
): Promise<readonly OfficialDocument[]> {
  const { actor, ...query } = input;
  const organId = registerOrganOf(actor);
  if (organId === undefined || !mayKeepRegister(actor, organId)) throw new HubError('not_permitted');
  if (query.issuedOn !== undefined) dayOf('issuedOn', query.issuedOn);
  return ports.documents.duplicates({ ...query, organId });
}
