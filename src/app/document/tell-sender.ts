import type { DeliveryPatch, DocumentTransaction, StoredDocument } from '#app/ports/documents.ts';
import { movesOn } from '#domain/document/delivery-status.ts';
import { statusChanged } from '#domain/document/document-event.ts';
import type { HubEvent } from '#domain/event.ts';

/**
 * What the receiver does, the sender sees (Decree 30/2020, Appendix VI): its row at the sender moves on, in the same
 * transaction. A status that is not further than the one there changes nothing.
 */
export async function tellSender(
  tx: DocumentTransaction,
  document: StoredDocument,
  patch: DeliveryPatch,
  at: Date,
): Promise<readonly HubEvent[]> {
  const found = document.originId === undefined ? undefined : await tx.deliveryOf(document.id);
  if (found === undefined) return [];
  const { status } = found.delivery;
  if (patch.status !== undefined && (status === undefined || !movesOn(status, patch.status))) return [];
  const delivery = await tx.changeDelivery(found.documentId, found.delivery.ordinal, patch, at);
  return [statusChanged(found.documentId, [delivery], found.rooms)];
}
