import type { StoredDocument } from '#app/ports/documents.ts';
import type { DocumentDelivery, DocumentState } from '#domain/document/document.ts';
import { documentType } from '#domain/document/document-type.ts';
import { numberText } from '#domain/document/notation.ts';

type Fields = Omit<StoredDocument, 'contentHash' | 'state'>;

export interface DocumentRow {
  readonly id: string;
  readonly direction: Fields['direction'];
  readonly organ_id: string;
  readonly unit_id: string | null;
  readonly state: DocumentState;
  readonly version: number;
  readonly type_code: Fields['typeCode'];
  readonly symbol: string | null;
  readonly subject: string;
  readonly issued_on: string | null;
  readonly issuer_organ_id: string | null;
  readonly issuer_name: string;
  readonly signer: StoredDocument['signer'] | null;
  readonly urgency: Fields['urgency'];
  readonly circulation: Fields['circulation'];
  readonly due_on: string | null;
  readonly place: string | null;
  readonly language: string;
  readonly page_amount: number | null;
  readonly copies: number | null;
  readonly field: string | null;
  readonly description: string | null;
  readonly source: Fields['source'];
  readonly exchange_id: string | null;
  readonly origin_id: string | null;
  readonly message_id: number | null;
  readonly reply_to_id: string | null;
  readonly replaces_id: string | null;
  readonly corrects_id: string | null;
  readonly number: number | null;
  readonly suffix: string | null;
  readonly arrived_at: Date | null;
  readonly take_back_reason: string | null;
  readonly content_hash: Buffer | null;
  readonly draft: StoredDocument['draft'] | null;
  readonly rooms: string[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly changed_at: Date;
}

/** Days come as text: the driver would make them midnights of the server's own time zone. */
export const documentColumns = `d.id, d.direction, d.organ_id, d.unit_id, d.state, d.version, d.type_code, d.symbol,
  d.subject, d.issued_on::text as issued_on, d.issuer_organ_id, d.issuer_name, d.signer, d.urgency, d.circulation,
  d.due_on::text as due_on, d.place, d.language, d.page_amount, d.copies, d.field, d.description, d.source,
  d.exchange_id, d.origin_id, d.message_id, d.reply_to_id, d.replaces_id, d.corrects_id, d.number, d.suffix,
  d.arrived_at, d.take_back_reason, d.content_hash, d.draft, d.rooms, d.created_by, d.created_at, d.changed_at`;

type Optional = {
  -readonly [Key in keyof StoredDocument as undefined extends StoredDocument[Key] ? Key : never]: NonNullable<
    StoredDocument[Key]
  > | null;
};

export function documentOf(row: DocumentRow): StoredDocument {
  const optional: Optional = {
    unitId: row.unit_id,
    symbol: row.symbol,
    issuedOn: row.issued_on,
    issuerOrganId: row.issuer_organ_id,
    signer: row.signer ?? null,
    signerName: row.signer?.fullName ?? null,
    dueOn: row.due_on,
    place: row.place,
    pageAmount: row.page_amount,
    copies: row.copies,
    field: row.field,
    description: row.description,
    exchangeId: row.exchange_id,
    originId: row.origin_id,
    messageId: row.message_id === null ? null : String(row.message_id),
    replyToId: row.reply_to_id,
    replacesId: row.replaces_id,
    correctsId: row.corrects_id,
    arrivedAt: row.arrived_at,
    arrivalNumber:
      row.direction === 'incoming' && row.number !== null ? numberText(row.number, row.suffix ?? '') : null,
    takeBackReason: row.take_back_reason,
    takeBackAsked: row.direction === 'incoming' && row.take_back_reason !== null ? true : null,
    contentHash: row.content_hash?.toString('hex') ?? null,
    draft: row.draft ?? null,
  };
  return {
    id: row.id,
    direction: row.direction,
    organId: row.organ_id,
    state: row.state,
    version: row.version,
    typeCode: row.type_code,
    typeName: documentType(row.type_code).name,
    subject: row.subject,
    issuerName: row.issuer_name,
    urgency: row.urgency,
    circulation: row.circulation,
    language: row.language,
    source: row.source,
    rooms: row.rooms,
    createdBy: row.created_by,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    ...withoutNulls(optional),
  };
}

type WithoutNulls<Shape> = { [Key in keyof Shape]?: Exclude<Shape[Key], null> };

export function withoutNulls<Shape extends object>(shape: Shape): WithoutNulls<Shape> {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== null),
  ) as WithoutNulls<Shape>;
}

export const deliveryColumns = `v.ordinal, v.kind, v.recipient_id as "recipientId", v.recipient_name as "recipientName",
  v.incoming_id as "incomingId", v.status, v.status_at as "statusAt", v.reason, v.take_back as "takeBack",
  v.take_back_at as "takeBackAt", v.take_back_reason as "takeBackReason"`;

export type DeliveryRow = {
  readonly [Key in keyof DocumentDelivery]-?: NonNullable<DocumentDelivery[Key]> | null;
} & { readonly incomingId: string | null };

export function deliveryOf(row: DeliveryRow): DocumentDelivery & { readonly incomingId?: string } {
  return withoutNulls(row) as DocumentDelivery & { readonly incomingId?: string };
}
