import type { DocumentDetail } from '#app/ports/documents.ts';
import { deliverySummary, summaryOf } from '#domain/document/document-event.ts';
import { provinceDay } from '#domain/document/province-day.ts';
import { signatureLines, type Signer } from '#domain/document/signing-authority.ts';
import type { DocumentDetailView } from '#protocol/document-view.ts';

/** A document with all that belongs to it. */
export function presentDetail(
  detail: DocumentDetail & { readonly position: number; readonly organName: string },
): DocumentDetailView {
  const { document } = detail;
  const { signer, draft } = document;
  const content = detail.issued ?? draft;
  return {
    position: detail.position,
    document: summaryOf(document),
    ...(signer === undefined ? {} : { signer: signerOf(signer) }),
    language: document.language,
    ...optionalOf(document, [
      'issuerOrganId',
      'place',
      'pageAmount',
      'copies',
      'field',
      'description',
      'exchangeId',
      'messageId',
      'replyToId',
      'replacesId',
      'correctsId',
      'takeBackReason',
      'contentHash',
    ]),
    ...(content === undefined ? {} : { content: content as NonNullable<DocumentDetailView['content']> }),
    ...stampOf(detail),
    steps: detail.steps.map(({ at, ...step }) => ({ ...step, at: at.toISOString() })),
    deliveries: detail.deliveries.map(deliverySummary),
    handovers: detail.handovers.map(({ room: _room, handedAt, signedAt, ...handover }) => ({
      ...handover,
      handedAt: handedAt.toISOString(),
      ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
    })),
    assignees: [...detail.assignees],
  };
}

function signerOf({ onBehalfOf, ...signer }: Signer): NonNullable<DocumentDetailView['signer']> {
  return {
    ...signer,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    lines: [...signatureLines({ onBehalfOf, ...signer })],
  };
}

function optionalOf<Shape extends object, Key extends keyof Shape>(
  shape: Shape,
  keys: readonly Key[],
): Pick<Shape, Key> {
  return Object.fromEntries(
    keys.flatMap((key) => (shape[key] === undefined ? [] : [[key, shape[key]]])),
  ) as Pick<Shape, Key>;
}

/** What stands in the stamp "ĐẾN" (Decree 30/2020, Appendix IV). */
function stampOf({
  document,
  handovers,
  steps,
  organName,
}: DocumentDetail & { readonly organName: string }): Pick<DocumentDetailView, 'stamp'> {
  const { arrivalNumber, arrivedAt } = document;
  if (arrivalNumber === undefined || arrivedAt === undefined) return {};
  const handedTo = handovers.map(({ toName }) => toName).join('; ');
  const fileNotation = steps.findLast(({ act }) => act === 'file')?.note;
  return {
    stamp: {
      organName,
      number: arrivalNumber,
      day: provinceDay(arrivedAt),
      ...(handedTo === '' ? {} : { handedTo }),
      ...(fileNotation === undefined ? {} : { fileNotation }),
    },
  };
}
