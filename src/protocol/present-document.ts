import type { DocumentEvent } from '#domain/document/document-event.ts';
import type { DocumentMovedChange, DocumentStatusChange } from './document-change.ts';

type Unplaced<Change> = Omit<Change, 'position' | 'at'>;

/** An event of a document without its rooms, which are nobody's business. */
export function presentDocumentEvent(
  event: DocumentEvent,
): Unplaced<DocumentMovedChange> | Unplaced<DocumentStatusChange> {
  if (event.type === 'document.status_changed')
    return { type: event.type, documentId: event.documentId, deliveries: event.deliveries };
  const { type, document, act, byName, byTitle, note } = event;
  return { type, document, act, byName, byTitle, ...(note === undefined ? {} : { note }) };
}
