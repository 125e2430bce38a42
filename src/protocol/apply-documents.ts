import { isDocumentEvent, isOpenDocument } from '#domain/document/document-event.ts';
import type { Change } from './change.ts';
import type { DocumentDetailView, DocumentView, DocumentWorkView } from './document-view.ts';

/**
 * The fold of what is open (`GET /documents/work`): a document comes, changes, and goes when nobody has anything to do
 * with it. Old state + changes = fresh state.
 */
export function applyDocumentWork(state: DocumentWorkView, change: Change): DocumentWorkView {
  if (change.position <= state.position) return state;
  const moved = { ...state, position: change.position };
  if (!isDocumentEvent(change) || change.type === 'document.status_changed') return moved;
  const others = state.items.filter(({ id }) => id !== change.document.id);
  // Not toSorted: the oldest browsers of the communes (client.md §6) do not have it.
  const items = isOpenDocument(change.document) ? [change.document, ...others].sort(newestFirst) : others;
  return { ...moved, items };
}

function newestFirst(left: DocumentView, right: DocumentView): number {
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1;
  return left.id < right.id ? 1 : -1;
}

/**
 * The fold of one document (`GET /documents/{id}`): what it is, its steps, and what has become of it at each recipient.
 * Hand-overs, assignees and the words of a draft are read again after an act that changes them.
 */
export function applyDocument(detail: DocumentDetailView, change: Change): DocumentDetailView {
  if (change.position <= detail.position) return detail;
  const moved = { ...detail, position: change.position };
  if (!isDocumentEvent(change)) return moved;
  if (change.type === 'document.status_changed') {
    if (change.documentId !== detail.document.id) return moved;
    const others = detail.deliveries.filter(
      ({ ordinal }) => !change.deliveries.some((delivery) => delivery.ordinal === ordinal),
    );
    return {
      ...moved,
      deliveries: [...others, ...change.deliveries].sort((left, right) => left.ordinal - right.ordinal),
    };
  }
  if (change.document.id !== detail.document.id) return moved;
  const { act, byName, byTitle, note, document } = change;
  const step = {
    ordinal: detail.steps.length + 1,
    act,
    state: document.state,
    at: change.at,
    byName,
    byTitle,
    ...(note === undefined ? {} : { note }),
  };
  return { ...moved, document, steps: [...detail.steps, step] };
}
