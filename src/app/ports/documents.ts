import type { SigningSlot } from '#domain/access/document-policy.ts';
import type { DeliveryStatus, TakeBackStatus } from '#domain/document/delivery-status.ts';
import type { DocumentDelivery, DocumentStep, OfficialDocument } from '#domain/document/document.ts';
import type { DraftContent, DraftRecipient } from '#domain/document/draft.ts';
import type { Numbering, RegisterKey } from '#domain/document/register.ts';
import type { Signer } from '#domain/document/signing-authority.ts';
import type { HubTransaction, Page } from './hub-store.ts';
import type { PreparedMessage } from './mail-store.ts';

/** All that is kept of a document. */
export interface StoredDocument extends OfficialDocument {
  readonly unitId?: string;
  /** Mã định danh of who issued it. */
  readonly issuerOrganId?: string;
  readonly signer?: Signer;
  readonly place?: string;
  readonly language: string;
  readonly pageAmount?: number;
  readonly copies?: number;
  readonly field?: string;
  readonly description?: string;
  /** Its id in document exchange, the same at sender and receiver. */
  readonly exchangeId?: string;
  /** Of an incoming one: the document that another organ of the hub issued. */
  readonly originId?: string;
  readonly messageId?: string;
  readonly replyToId?: string;
  readonly replacesId?: string;
  readonly correctsId?: string;
  readonly takeBackReason?: string;
  /** SHA-256 of what was signed, in hex. */
  readonly contentHash?: string;
  readonly draft?: DraftContent;
  readonly rooms: readonly string[];
  readonly createdBy: string;
}

export type NewDocument = Omit<
  StoredDocument,
  'version' | 'typeName' | 'changedAt' | 'signerName' | 'takeBackAsked' | 'arrivalNumber'
>;

/** What may be written over; null takes it away. */
export type DocumentPatch = Partial<
  Pick<
    NewDocument,
    | 'state'
    | 'typeCode'
    | 'symbol'
    | 'subject'
    | 'issuedOn'
    | 'signer'
    | 'urgency'
    | 'circulation'
    | 'dueOn'
    | 'place'
    | 'pageAmount'
    | 'copies'
    | 'field'
    | 'description'
    | 'exchangeId'
    | 'replyToId'
    | 'replacesId'
    | 'correctsId'
    | 'contentHash'
    | 'draft'
    | 'unitId'
  >
> & { readonly takeBackReason?: string | null };

export interface Organ {
  readonly id: string;
  readonly organId: string;
  readonly code: string;
  readonly name: string;
}

export interface SigningPost extends Omit<SigningSlot, 'authority'> {
  readonly organId?: string;
  readonly title: string;
  readonly fullName: string;
  readonly accountIds: readonly string[];
}

export interface TakeNumber {
  readonly documentId: string;
  readonly organId: string;
  readonly register: RegisterKey;
  readonly year: number;
  /** The day it is booked for; an earlier one than the last gets a suffix. */
  readonly bookedOn: string;
  readonly at: Date;
  readonly byName: string;
  readonly note?: string | undefined;
  readonly symbolOf: (number: number, suffix: string) => string;
}

export interface TakenNumber {
  readonly number: number;
  readonly suffix: string;
  readonly symbol: string;
}

/** A signature as it is recorded today: the act of who was signed in, over the SHA-256 of the words. */
export interface RecordedSignature {
  readonly kind: 'person' | 'organ';
  readonly at: Date;
  /** In hex. */
  readonly contentHash: string;
  readonly byName: string;
}

/** What may be the same document: by its id, or by symbol and issuer, and the day where both have one. */
export interface DuplicateQuery {
  readonly organId: string;
  readonly exchangeId?: string | undefined;
  readonly symbol?: string | undefined;
  readonly issuerName?: string | undefined;
  readonly issuedOn?: string | undefined;
  /** The one that is being registered. */
  readonly exceptId?: string | undefined;
}

/** A hand-over (chuyển giao, ký nhận). */
export interface Handover {
  readonly ordinal: number;
  readonly toKind: 'unit' | 'person';
  readonly toId: string;
  readonly toName: string;
  readonly room: string;
  readonly handedAt: Date;
  readonly handedByName: string;
  readonly signedAt?: Date;
  readonly signedByName?: string;
}

/** Who was assigned it by the leader's opinion, which is a directive. */
export interface DocumentAssignee {
  readonly ordinal: number;
  readonly role: 'lead' | 'coord' | 'info';
  readonly kind: 'unit' | 'person';
  readonly id: string;
  readonly name: string;
  readonly dueOn?: string;
  readonly directiveId: string;
}

export interface PlacedRecipient {
  readonly kind: DraftRecipient['kind'];
  readonly id?: string;
  readonly name: string;
  /** Of a unit or person of the own organ. */
  readonly room?: string;
}

export interface NewDelivery extends Omit<DocumentDelivery, 'status' | 'statusAt'> {
  readonly incomingId?: string;
  readonly status?: DeliveryStatus;
  readonly statusAt?: Date;
}

export interface DeliveryPatch {
  readonly status?: DeliveryStatus;
  readonly reason?: string;
  readonly takeBack?: TakeBackStatus;
  readonly takeBackReason?: string;
}

/** What a command on documents may do inside its one transaction. */
export interface DocumentTransaction extends HubTransaction {
  /** Locks it, and before it the document that it came from. */
  lockDocument(id: string): Promise<StoredDocument | undefined>;
  insertDocument(document: NewDocument): Promise<StoredDocument>;
  /** A new version of the row, seen by these rooms too from now on. */
  changeDocument(
    id: string,
    patch: DocumentPatch,
    addRooms: readonly string[],
    at: Date,
  ): Promise<StoredDocument>;
  addStep(
    documentId: string,
    step: Omit<DocumentStep, 'ordinal'> & { readonly byAccountId: string },
  ): Promise<void>;
  organ(id: string, at: Date): Promise<Organ | undefined>;
  unitCode(id: string): Promise<string | undefined>;
  signingPost(positionId: string, at: Date): Promise<SigningPost | undefined>;
  /** Locks the row of the register until the commit. Throws `bad_input` for a day before the first number. */
  takeNumber(input: TakeNumber): Promise<TakenNumber>;
  voidNumber(documentId: string, at: Date, reason: string): Promise<void>;
  /** What was signed, by whom and when; where a cryptographic signature will be kept, too. */
  keepSignature(documentId: string, signature: RecordedSignature): Promise<void>;
  numberingOf(organId: string, year: number): Promise<Numbering>;
  /** False when numbers of that year were given out under another rule. */
  decideNumbering(
    organId: string,
    year: number,
    numbering: Numbering,
    byName: string,
    at: Date,
  ): Promise<boolean>;
  duplicates(query: DuplicateQuery): Promise<readonly OfficialDocument[]>;
  saveVersion(
    documentId: string,
    version: {
      readonly number: number;
      readonly at: Date;
      readonly byName: string;
      readonly content: DraftContent;
      readonly contentHash: Buffer;
    },
  ): Promise<void>;
  /** Throws `recipient_unknown` for a unit or person that is not of the organ. */
  addHandover(
    document: StoredDocument,
    to: { readonly kind: 'unit' | 'person'; readonly id: string },
    at: Date,
    byName: string,
  ): Promise<Handover>;
  /** The oldest unsigned one to any of these rooms is signed for; undefined when there is none. */
  signHandover(
    documentId: string,
    rooms: readonly string[],
    at: Date,
    byName: string,
  ): Promise<Handover | undefined>;
  addAssignees(documentId: string, assignees: readonly Omit<DocumentAssignee, 'ordinal'>[]): Promise<void>;
  assigneeRooms(documentId: string): Promise<readonly string[]>;
  /** With their names. Throws `recipient_unknown`. */
  placeRecipients(
    recipients: readonly DraftRecipient[],
    organId: string,
    at: Date,
  ): Promise<readonly PlacedRecipient[]>;
  addDeliveries(documentId: string, deliveries: readonly NewDelivery[]): Promise<void>;
  deliveries(documentId: string): Promise<readonly (DocumentDelivery & { readonly incomingId?: string })[]>;
  /** The row at the sender for a document that arrived from within the hub. */
  deliveryOf(
    incomingId: string,
  ): Promise<
    | { readonly documentId: string; readonly delivery: DocumentDelivery; readonly rooms: readonly string[] }
    | undefined
  >;
  changeDelivery(
    documentId: string,
    ordinal: number,
    patch: DeliveryPatch,
    at: Date,
  ): Promise<DocumentDelivery>;
  /** A notice in the mailboxes of the registries of organs and of these accounts. */
  deliverNotice(
    message: PreparedMessage,
    to: { readonly organIds: readonly string[]; readonly rooms: readonly string[] },
    at: Date,
    isUrgent: boolean,
  ): Promise<{ messageId: string; accountIds: readonly string[] }>;
  /** A message in a mailbox that the account may read. */
  messageFor(accountId: string, messageId: string): Promise<FoundMessage | undefined>;
}

export interface FoundMessage {
  readonly id: string;
  readonly subject?: string;
  readonly from?: string;
  readonly messageIdHeader?: string;
}

/** A document with all that belongs to it, for one who may read it. */
export interface DocumentDetail {
  readonly document: StoredDocument;
  readonly steps: readonly DocumentStep[];
  readonly deliveries: readonly DocumentDelivery[];
  readonly handovers: readonly Handover[];
  readonly assignees: readonly DocumentAssignee[];
  /** What was issued, for one that came from within the hub; withheld once it was taken back. */
  readonly issued?: DraftContent;
}

export interface DocumentQuery {
  readonly rooms: readonly string[];
  readonly direction?: OfficialDocument['direction'] | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface DraftVersion {
  readonly number: number;
  readonly savedAt: Date;
  readonly savedByName: string;
  readonly contentHash: string;
  readonly content: DraftContent;
}

export interface Documents {
  transaction<Result>(work: (tx: DocumentTransaction) => Promise<Result>): Promise<Result>;
  /** What is open for these rooms, newest first, at a moment of the log. */
  work(
    rooms: readonly string[],
    limit: number,
  ): Promise<{ position: number; items: readonly OfficialDocument[] }>;
  list(query: DocumentQuery): Promise<Page<OfficialDocument>>;
  /** Undefined when there is none or no room of the reader's is among its rooms. */
  detail(
    id: string,
    rooms: readonly string[],
  ): Promise<(DocumentDetail & { readonly position: number; readonly organName: string }) | undefined>;
  versions(
    id: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<DraftVersion>>;
  duplicates(query: DuplicateQuery): Promise<readonly OfficialDocument[]>;
}
