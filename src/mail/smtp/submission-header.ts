import { addressOf, parseAddresses } from '#mail/message/addresses.ts';
import { fieldOctets, headerEnd, headerFields, lineEnd } from '#mail/message/header-fields.ts';
import { formatMessageDate } from '#mail/message/message-date.ts';
import { isHeaderStart } from '#mail/message/parse-structure.ts';

const lineFeed = 10;
/** Bcc is for the sender's eyes alone (RFC 5322, section 3.6.3); Return-Path is the last server's to write. */
const removedFields = new Set(['bcc', 'resent-bcc', 'return-path']);

/** The header of a submitted message; empty where its first line is no field. */
function headerOf(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  const firstEnd = lineEnd(bytes, 0, bytes.length, lineFeed);
  const begins = isHeaderStart(bytes, 0, firstEnd, lineFeed);
  return { start: 0, end: begins ? headerEnd(bytes, 0, lineFeed) : 0 };
}

/**
 * What a submission server owes a message (RFC 6409, section 8): a Message-ID and a Date where the client wrote none, and
 * no Bcc. Every other octet stays. The added fields come first.
 */
export function completeHeader(
  bytes: Uint8Array,
  own: { readonly messageId: string; readonly at: Date },
): Buffer {
  const names = new Set<string>();
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const field of headerFields(bytes, headerOf(bytes), lineFeed)) {
    names.add(field.name);
    if (!removedFields.has(field.name)) continue;
    pieces.push(bytes.subarray(from, field.start));
    from = field.end;
  }
  pieces.push(bytes.subarray(from));
  const added = [
    ...(names.has('message-id') ? [] : [`Message-ID: ${own.messageId}\r\n`]),
    ...(names.has('date') ? [] : [`Date: ${formatMessageDate(own.at)}\r\n`]),
  ];
  return Buffer.concat([Buffer.from(added.join('')), ...pieces]);
}

/**
 * Everyone whom the header names as its author or sender: the one address of the one From field, and that of the Sender
 * field where there is one. Empty when From is missing, there are two, or a field names several: readers differ in whom
 * they show then, so nobody can be said to own the message (threats S8, S20).
 */
export function authorsOf(bytes: Uint8Array): readonly string[] {
  const fields = [...headerFields(bytes, headerOf(bytes), lineFeed)];
  const addresses = (name: string): readonly (readonly string[])[] =>
    fields.filter((field) => field.name === name).map((field) => addressesIn(fieldOctets(bytes, field)));
  const from = addresses('from');
  const sender = addresses('sender');
  const single = [...from, ...sender].every((list) => list.length === 1);
  return from.length === 1 && sender.length <= 1 && single ? [...new Set([...from, ...sender].flat())] : [];
}

function addressesIn(value: string): readonly string[] {
  return parseAddresses(value).map((entry) => addressOf(entry) ?? '');
}
