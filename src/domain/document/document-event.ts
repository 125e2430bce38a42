import type { DocumentDelivery, OfficialDocument } from './document.ts';
import { isOpenIncoming, type IncomingState } from './incoming-state.ts';
import { isOpenOutgoing, type OutgoingState } from './outgoing-state.ts';

/** How a shape looks in the log and on the wire. */
type Written<Shape> = {
  readonly [Key in keyof Shape]: Exclude<Shape[Key], undefined> extends Date ? string : Shape[Key];
};

export type DocumentSummary = Written<OfficialDocument>;
export type DeliverySummary = Written<DocumentDelivery>;

/** What happens to official documents; part of the union in `event.ts`. */
export type DocumentEvent = DocumentChanged | DocumentStatusChanged;

/**
 * A document is there, or is another than before: what it is now, and the act that made it so. `document.arrived` is
 * the first that a receiving organ hears of it.
 */
export interface DocumentChanged {
  readonly type: 'document.arrived' | 'document.changed';
  readonly document: DocumentSummary;
  readonly act: string;
  readonly byName: string;
  readonly byTitle: string;
  readonly note?: string;
  readonly rooms: readonly string[];
}

/** What recipients have done, as its sender sees it (exchange codes 01 to 06, 13, 15, 16). */
export interface DocumentStatusChanged {
  readonly type: 'document.status_changed';
  readonly documentId: string;
  /** Those that are other than before. */
  readonly deliveries: readonly DeliverySummary[];
  readonly rooms: readonly string[];
}

export function isDocumentEvent<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, { type: DocumentEvent['type'] }> {
  return event.type.startsWith('document.');
}

/** Somebody of its organ still has something to do with it. */
export function isOpenDocument(document: Pick<OfficialDocument, 'direction' | 'state'>): boolean {
  return document.direction === 'incoming'
    ? isOpenIncoming(document.state as IncomingState)
    : isOpenOutgoing(document.state as OutgoingState);
}

type Optional<Shape> = { [Key in keyof Shape]: Shape[Key] | undefined };
type Bare<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

function withoutUndefined<Shape extends object>(shape: Shape): Bare<Shape> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Bare<Shape>;
}

/** A document as lists show it, and no more of it, as it goes into the log and over the wire. */
export function summaryOf(document: OfficialDocument): DocumentSummary {
  const summary: Optional<DocumentSummary> = {
    id: document.id,
    direction: document.direction,
    organId: document.organId,
    state: document.state,
    version: document.version,
    typeCode: document.typeCode,
    typeName: document.typeName,
    symbol: document.symbol,
    subject: document.subject,
    issuedOn: document.issuedOn,
    issuerName: document.issuerName,
    urgency: document.urgency,
    circulation: document.circulation,
    dueOn: document.dueOn,
    source: document.source,
    createdAt: document.createdAt.toISOString(),
    changedAt: document.changedAt.toISOString(),
    arrivalNumber: document.arrivalNumber,
    arrivedAt: document.arrivedAt?.toISOString(),
    signerName: document.signerName,
    takeBackAsked: document.takeBackAsked,
  };
  return withoutUndefined(summary) as DocumentSummary;
}

export function deliverySummary(delivery: DocumentDelivery): DeliverySummary {
  const view: Optional<DeliverySummary> = {
    ordinal: delivery.ordinal,
    kind: delivery.kind,
    recipientId: delivery.recipientId,
    recipientName: delivery.recipientName,
    status: delivery.status,
    statusAt: delivery.statusAt?.toISOString(),
    reason: delivery.reason,
    takeBack: delivery.takeBack,
    takeBackAt: delivery.takeBackAt?.toISOString(),
    takeBackReason: delivery.takeBackReason,
  };
  return withoutUndefined(view) as DeliverySummary;
}

export function statusChanged(
  documentId: string,
  deliveries: readonly DocumentDelivery[],
  rooms: readonly string[],
): DocumentStatusChanged {
  return { type: 'document.status_changed', documentId, deliveries: deliveries.map(deliverySummary), rooms };
}
