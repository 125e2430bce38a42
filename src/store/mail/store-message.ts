import { createHash } from 'node:crypto';

import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Transaction } from '#store/database.ts';
import { prepared } from '#store/prepared.ts';
import { assignThreads } from './assign-threads.ts';
import { storableJson, storableText } from './sql-text.ts';

const preparedRowsMax = 16;

export interface MessageToStore {
  readonly message: PreparedMessage;
  readonly receivedAt: Date;
}

/**
 * Stores a message once, whoever gets it: its octets under their SHA-256, so that the same octets sent again take no
 * room, and the row with what was parsed of it. It is in no mailbox yet, and its text is not indexed. Returns the
 * row's id.
 */
export async function storeMessage(
  tx: Transaction,
  message: PreparedMessage,
  receivedAt: Date,
): Promise<string> {
  const [id] = await storeMessages(tx, [{ message, receivedAt }]);
  if (id === undefined) throw new Error('a message was inserted and has no row');
  return id;
}

/**
 * The same for several, in two statements, without their threads: those may be told while other things of the messages
 * are written (`threadMessages`). Octets are parameters of their own, which travel as they are.
 */
export async function storeUnthreaded(
  tx: Transaction,
  messages: readonly MessageToStore[],
): Promise<readonly string[]> {
  if (messages.length === 0) return [];
  const hashed = messages.map((one) => ({
    ...one,
    sha256: createHash('sha256').update(one.message.bytes).digest(),
  }));
  // In the order of their keys: two transactions with the same octets wait for each other, never in a circle.
  const blobs = hashed.toSorted((left, right) => left.sha256.compare(right.sha256));
  // They travel together, and run in this order.
  const filed = tx.rows(
    ofFew(
      blobs.length,
      `insert into blob (sha256, size, received_sha256, bytes, created_at) values ${placeholders(blobs.length, 5)}
       on conflict (sha256) do nothing`,
    ),
    blobs.flatMap(({ sha256, message, receivedAt }) => [
      sha256,
      message.bytes.length,
      message.receivedSha256,
      message.bytes,
      receivedAt,
    ]),
  );
  const stored = tx.rows<{ id: number }>(
    ofFew(
      hashed.length,
      `insert into message (blob_sha256, size, message_id_header, in_reply_to, subject, from_address, sent_at, structure,
                            received_at, authentication, reference_ids)
       values ${placeholders(hashed.length, 11)} returning id`,
    ),
    hashed.flatMap(({ sha256, message, receivedAt }) => [
      sha256,
      message.bytes.length,
      headerKey(message.messageIdHeader),
      headerKey(message.inReplyTo),
      textOrNull(message.subject),
      textOrNull(message.fromAddress),
      storableDate(message.sentAt),
      message.structure === undefined ? null : storableJson(message.structure),
      receivedAt,
      message.authentication === undefined ? null : storableJson(message.authentication),
      message.structure === undefined ? null : message.references.map(storableText),
    ]),
  );
  const [, rows] = await Promise.all([filed, stored]);
  // Ids are counted up in the order of the values, so that order is theirs.
  const ids = rows
    .map(({ id }) => id)
    .toSorted((left, right) => left - right)
    .map(String);
  return ids;
}

/** The same, with their threads. */
export async function storeMessages(
  tx: Transaction,
  messages: readonly MessageToStore[],
): Promise<readonly string[]> {
  const ids = await storeUnthreaded(tx, messages);
  threadMessages(tx, messages, ids);
  return ids;
}

/** Gives what `storeUnthreaded` has stored its threads. */
export function threadMessages(
  tx: Transaction,
  messages: readonly MessageToStore[],
  ids: readonly string[],
): void {
  assignThreads(
    tx,
    messages.map(({ message }, place) => ({ ...message, messageId: ids[place] ?? '' })),
  );
}

/** The text depends on the number of rows: those of small numbers are few, and most of what is run. */
function ofFew(rows: number, text: string): string {
  return rows <= preparedRowsMax ? prepared(text) : text;
}

function placeholders(rows: number, columns: number): string {
  return Array.from({ length: rows }, (_row, row) => {
    const own = Array.from({ length: columns }, (_column, column) => `$${row * columns + column + 1}`);
    return `(${own.join(', ')})`;
  }).join(', ');
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}

/**
 * RFC 5322 lines end at 998 octets, so a longer id is not one. It is left out: as the key of an index it would make
 * the whole message impossible to store.
 */
function headerKey(value: string | undefined): string | null {
  const key = textOrNull(value);
  return key === null || Buffer.byteLength(key) > 998 ? null : key;
}

/** A Date header may name any year, or none that is a date. */
function storableDate(date: Date | undefined): Date | null {
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return date !== undefined && year >= 1 && year <= 9998 ? date : null;
}
