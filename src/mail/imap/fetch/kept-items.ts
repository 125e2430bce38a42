import type { MessageStructure } from '#domain/mail/structure.ts';
import type { FetchItem } from '#mail/imap/grammar/fetch-items.ts';
import type { Session } from '#mail/imap/session.ts';
import type { Octets } from '#mail/imap/wire/encode.ts';

import { encodeBodyStructure, holdsGlobal } from './body-structure.ts';
import type { EncodedMessage } from './encoded-cache.ts';
import { encodeEnvelope } from './envelope.ts';

/** What is kept as it was written once. */
export type KeptItem = Extract<FetchItem, { kind: 'envelope' } | { kind: 'structure' }>;

export function isKept(item: FetchItem): item is KeptItem {
  return item.kind === 'envelope' || item.kind === 'structure';
}

export function keptName(item: KeptItem): keyof EncodedMessage {
  if (item.kind === 'envelope') return 'envelope';
  return item.extended ? 'extendedStructure' : 'structure';
}

/** Messages of one's own mailbox for which every item that asks for a structure is kept. */
export function keptOf(
  { view, access, encoded }: Session,
  uids: readonly number[],
  items: readonly FetchItem[],
): ReadonlyMap<number, EncodedMessage> {
  const kept = new Map<number, EncodedMessage>();
  if (items.length === 0 || view.mailbox.accountId !== access.accountId || !items.every(isKept)) return kept;
  const names = items.map(keptName);
  for (const uid of uids) {
    const message = encoded.get(view.mailbox, uid);
    if (message !== undefined && names.every((name) => message[name] !== undefined)) kept.set(uid, message);
  }
  return kept;
}

/** Writes an item, and keeps it. What no parser has read is read again each time: the next version may do better. */
export function keepItem(
  { view, access, encoded, speaksUtf8 }: Session,
  item: KeptItem,
  {
    uid,
    structure,
    isParsed,
  }: { readonly uid: number; readonly structure: MessageStructure | undefined; readonly isParsed: boolean },
): Octets {
  const octets = encode(item, structure, speaksUtf8);
  if (item.kind === 'structure' && structure !== undefined && holdsGlobal(structure.root)) return octets;
  if (isParsed && view.mailbox.accountId === access.accountId)
    encoded.add(view.mailbox, uid, { [keptName(item)]: octets });
  return octets;
}

function encode(item: KeptItem, structure: MessageStructure | undefined, global: boolean): Octets {
  if (item.kind === 'envelope') return `ENVELOPE ${encodeEnvelope(structure?.envelope ?? {})}`;
  const name = item.extended ? 'BODYSTRUCTURE' : 'BODY';
  return `${name} ${structure === undefined ? 'NIL' : encodeBodyStructure(structure.root, { extended: item.extended, global })}`;
}
