import { setImmediate as nextTurn } from 'node:timers/promises';

import type { MessageHeading } from '#app/ports/mail.ts';
import { bareEnvelope, readHeader } from '#mail/imap/fetch/fallback-structure.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import type { Session } from '#mail/imap/session.ts';
import { fieldText, headerEnd, headerFields, lineBreakOf } from '#mail/message/header-fields.ts';

export interface Headed {
  readonly ref: MessageRef;
  readonly row: IndexRow;
  readonly heading: MessageHeading;
}

/**
 * Headings of messages, batch by batch, so that memory is bounded by what the caller keeps of them. A message that was
 * not parsed has what its header says without a parser; one that has gone is left out.
 */
export async function* readHeadings(
  session: Session,
  refs: readonly MessageRef[],
  keepGoing: () => void,
): AsyncGenerator<Headed, void, undefined> {
  const { access, view, limits } = session;
  for (let at = 0; at < refs.length; at += limits.headingBatchMessages) {
    keepGoing();
    const batch = refs.slice(at, at + limits.headingBatchMessages);
    const headings = await access.headings(
      view.mailbox.id,
      batch.map((ref) => ref.uid),
    );
    for (const ref of batch) {
      const row = view.index.row(ref.uid);
      const heading = headings.get(ref.uid) ?? (row && (await bareHeading(session, row)));
      if (row !== undefined && heading !== undefined) yield { ref, row, heading };
    }
    await nextTurn();
  }
}

async function bareHeading(session: Session, row: IndexRow): Promise<MessageHeading | undefined> {
  const { access, view, limits } = session;
  const message = { access, mailboxId: view.mailbox.id, uid: row.uid, size: row.size };
  const header = await readHeader(message, limits);
  if (header === undefined) return undefined;
  return { envelope: bareEnvelope(header), references: referencesOf(header) };
}

/** The ids of the first References field. */
export function referencesOf(header: Buffer): readonly string[] {
  for (const field of headerFields(header, { start: 0, end: header.length })) {
    if (field.name === 'references') return messageIds(fieldText(header, field));
  }
  return [];
}

/** A header that lies whole in the first octets of a message; undefined when it may go on behind them. */
export function wholeHeader(beginning: Buffer, messageBytes: number): Buffer | undefined {
  const end = headerEnd(beginning, 0, lineBreakOf(beginning));
  if (end < beginning.length || beginning.length >= messageBytes) return beginning.subarray(0, end);
  return undefined;
}

const idsMax = 1000;

/** Message ids with their angle brackets (RFC 5322, section 3.6.4). */
export function messageIds(text: string): readonly string[] {
  return [...text.matchAll(/<[^<>\s]{1,998}>/g)].slice(0, idsMax).map((match) => match[0]);
}
