import type { DeliveryView, DocumentView } from './document-view.ts';

/** What a client hears of documents; the same for everybody who has a path to the document. */
export type DocumentChange = DocumentMovedChange | DocumentStatusChange;

export interface DocumentMovedChange {
  readonly position: number;
  readonly at: string;
  readonly type: 'document.arrived' | 'document.changed';
  readonly document: DocumentView;
  readonly act: string;
  readonly byName: string;
  readonly byTitle: string;
  readonly note?: string;
}

export interface DocumentStatusChange {
  readonly position: number;
  readonly at: string;
  readonly type: 'document.status_changed';
  readonly documentId: string;
  readonly deliveries: readonly DeliveryView[];
}

export interface DocumentServerEvents {
  'document.arrived': (change: DocumentMovedChange) => void;
  'document.changed': (change: DocumentMovedChange) => void;
  'document.status_changed': (change: DocumentStatusChange) => void;
}
