import type {
  DocumentPatch,
  DocumentTransaction,
  Documents,
  NewDocument,
  StoredDocument,
} from '#app/ports/documents.ts';
import type { HubTransaction } from '#app/ports/hub-store.ts';
import { isOpenDocument } from '#domain/document/document-event.ts';
import { comparedSymbol } from '#domain/document/notation.ts';
import { foldText } from '#lib/fold-text.ts';
import type { Database, Transaction } from '#store/database.ts';
import { hubTransaction } from '#store/directive/directive-transaction.ts';
import { deliveryTransaction } from './document-deliveries.ts';
import { handoverTransaction } from './document-handovers.ts';
import { documentColumns, documentOf, type DocumentRow } from './document-rows.ts';
import { findDuplicates } from './find-duplicates.ts';
import { createDocumentReads } from './read-documents.ts';
import { registerTransaction } from './register-transaction.ts';

export function createDocuments(database: Database): Documents {
  return {
    transaction: (work) =>
      database.transaction((tx) =>
        work({
          ...hubTransaction(tx),
          ...documentTransaction(tx),
          ...registerTransaction(tx),
          ...handoverTransaction(tx),
          ...deliveryTransaction(tx),
        }),
      ),
    ...createDocumentReads(database),
  };
}

type OwnPart = Pick<
  DocumentTransaction,
  'lockDocument' | 'insertDocument' | 'changeDocument' | 'addStep' | 'saveVersion' | 'duplicates'
>;

function documentTransaction(tx: Transaction): Omit<OwnPart, keyof HubTransaction> {
  return {
    lockDocument: (id) => lockDocument(tx, id),
    insertDocument: (document) => insertDocument(tx, document),
    changeDocument: (id, patch, addRooms, at) => changeDocument(tx, id, patch, addRooms, at),
    async addStep(documentId, step) {
      await tx.rows(
        `insert into document_step (document_id, ordinal, act, state, at, by_account_id, by_name, by_title, note)
         select $1, 1 + (select count(*) from document_step where document_id = $1), $2, $3, $4, $5, $6, $7, $8`,
        [
          documentId,
          step.act,
          step.state,
          step.at,
          step.byAccountId,
          step.byName,
          step.byTitle,
          step.note ?? null,
        ],
      );
    },
    async saveVersion(documentId, version) {
      await tx.rows(
        `insert into document_version (document_id, version, saved_at, saved_by_name, content, content_hash)
         values ($1, $2, $3, $4, $5, $6)`,
        [
          documentId,
          version.number,
          version.at,
          version.byName,
          JSON.stringify(version.content),
          version.contentHash,
        ],
      );
    },
    duplicates: (query) => findDuplicates(tx, query),
  };
}

/** The sender's before the receiver's, everywhere: a take-back and its answer at once would deadlock otherwise. */
async function lockDocument(tx: Transaction, id: string): Promise<StoredDocument | undefined> {
  const [found] = await tx.rows<{ origin_id: string | null }>(
    `select origin_id from document where id = $1`,
    [id],
  );
  if (found === undefined) return undefined;
  if (found.origin_id !== null)
    await tx.rows(`select id from document where id = $1 for no key update`, [found.origin_id]);
  const [row] = await tx.rows<DocumentRow>(
    `select ${documentColumns} from document d where d.id = $1 for no key update`,
    [id],
  );
  return row === undefined ? undefined : documentOf(row);
}

async function insertDocument(tx: Transaction, document: NewDocument): Promise<StoredDocument> {
  const [row] = await tx.rows<DocumentRow>(
    `insert into document as d (id, direction, organ_id, unit_id, state, type_code, symbol, compared_symbol, subject,
       issued_on, issuer_organ_id, issuer_name, compared_issuer, signer, urgency, circulation, due_on, place, language,
       page_amount, copies, field, description, source, exchange_id, origin_id, message_id, reply_to_id, replaces_id,
       corrects_id, arrived_at, content_hash, draft, rooms, created_by, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $36)
     returning ${documentColumns}`,
    [
      document.id,
      document.direction,
      document.organId,
      document.unitId ?? null,
      document.state,
      document.typeCode,
      document.symbol ?? null,
      document.symbol === undefined ? null : comparedSymbol(document.symbol),
      document.subject,
      document.issuedOn ?? null,
      document.issuerOrganId ?? null,
      document.issuerName,
      foldText(document.issuerName),
      document.signer === undefined ? null : JSON.stringify(document.signer),
      document.urgency,
      document.circulation,
      document.dueOn ?? null,
      document.place ?? null,
      document.language,
      document.pageAmount ?? null,
      document.copies ?? null,
      document.field ?? null,
      document.description ?? null,
      document.source,
      document.exchangeId ?? null,
      document.originId ?? null,
      document.messageId ?? null,
      document.replyToId ?? null,
      document.replacesId ?? null,
      document.correctsId ?? null,
      document.arrivedAt ?? null,
      document.contentHash === undefined ? null : Buffer.from(document.contentHash, 'hex'),
      document.draft === undefined ? null : JSON.stringify(document.draft),
      document.rooms,
      document.createdBy,
      document.createdAt,
    ],
  );
  if (row === undefined) throw new Error(`document ${document.id} was not written`);
  const stored = documentOf(row);
  await showIn(tx, stored, stored.rooms);
  return stored;
}

async function showIn(tx: Transaction, document: StoredDocument, names: readonly string[]): Promise<void> {
  await tx.rows(
    `insert into document_room (room, document_id, direction, is_open, created_at)
     select unnest($2::text[]), $1, $3, $4, $5 on conflict do nothing`,
    [document.id, names, document.direction, isOpenDocument(document), document.createdAt],
  );
}

/** Columns by the field of a patch; those that need more than the value itself are written apart. */
const patchColumns: Readonly<Record<keyof DocumentPatch, string>> = {
  state: 'state',
  typeCode: 'type_code',
  symbol: 'symbol',
  subject: 'subject',
  issuedOn: 'issued_on',
  signer: 'signer',
  urgency: 'urgency',
  circulation: 'circulation',
  dueOn: 'due_on',
  place: 'place',
  pageAmount: 'page_amount',
  copies: 'copies',
  field: 'field',
  description: 'description',
  exchangeId: 'exchange_id',
  replyToId: 'reply_to_id',
  replacesId: 'replaces_id',
  correctsId: 'corrects_id',
  contentHash: 'content_hash',
  draft: 'draft',
  unitId: 'unit_id',
  takeBackReason: 'take_back_reason',
};

async function changeDocument(
  tx: Transaction,
  id: string,
  patch: DocumentPatch,
  addRooms: readonly string[],
  at: Date,
): Promise<StoredDocument> {
  const values = Object.entries(patch).filter(([, value]) => value !== undefined);
  const sets = values.map(
    ([field], place) => `${patchColumns[field as keyof DocumentPatch]} = $${place + 4}`,
  );
  const parameters = values.map(([field, value]: [string, unknown]) => {
    if (field === 'contentHash') return Buffer.from(String(value), 'hex');
    return field === 'signer' || field === 'draft' ? JSON.stringify(value) : value;
  });
  if (patch.symbol !== undefined) {
    sets.push(`compared_symbol = $${values.length + 4}`);
    parameters.push(comparedSymbol(patch.symbol));
  }
  const [row] = await tx.rows<DocumentRow>(
    `update document d set version = version + 1, changed_at = $2,
       rooms = rooms || array(select room from unnest($3::text[]) room where room <> all(rooms))
       ${sets.map((set) => `, ${set}`).join('')}
     where d.id = $1 returning ${documentColumns}`,
    [id, at, [...new Set(addRooms)], ...parameters],
  );
  if (row === undefined) throw new Error(`document ${id} is gone`);
  const stored = documentOf(row);
  await showIn(tx, stored, addRooms);
  await tx.rows(`update document_room set is_open = $2 where document_id = $1 and is_open <> $2`, [
    id,
    isOpenDocument(stored),
  ]);
  return stored;
}
