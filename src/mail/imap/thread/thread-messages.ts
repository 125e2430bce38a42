import { readHeader } from '#mail/imap/fetch/fallback-structure.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import type { KeepGoing } from '#mail/imap/search/deadline.ts';
import {
  type Headed,
  messageIds,
  readHeadings,
  referencesOf,
  wholeHeader,
} from '#mail/imap/search/read-headings.ts';
import type { Session } from '#mail/imap/session.ts';
import { baseSubject } from '#mail/imap/sort/base-subject.ts';
import { casemap } from '#mail/imap/sort/casemap.ts';
import { sentDate } from '#mail/imap/sort/sort-messages.ts';

export interface ThreadMessage {
  readonly ref: MessageRef;
  readonly date: number;
  /** The base subject as it is compared. */
  readonly subject: string;
  readonly isReplyOrForward: boolean;
  readonly id: string | undefined;
  /** From the oldest ancestor to the parent (RFC 5256, section 3, REFERENCES, step 1). */
  readonly references: readonly string[];
}

/** What threading knows of each message, in the order of the mailbox. No body is read. */
export async function readThreadMessages(
  session: Session,
  refs: readonly MessageRef[],
  options: { readonly withReferences: boolean; readonly keepGoing: KeepGoing },
): Promise<readonly ThreadMessage[]> {
  const messages: ThreadMessage[] = [];
  const unknown: number[] = [];
  for await (const headed of readHeadings(session, refs, options.keepGoing)) {
    if (options.withReferences && headed.heading.references === undefined) unknown.push(messages.length);
    messages.push(threadMessage(headed));
  }
  await completeReferences(session, messages, unknown, options.keepGoing);
  return messages;
}

function threadMessage(headed: Headed): ThreadMessage {
  const { envelope, references } = headed.heading;
  const { text, isReplyOrForward } = baseSubject(envelope.subject ?? '');
  return {
    ref: headed.ref,
    date: sentDate(headed),
    subject: casemap(text),
    isReplyOrForward,
    id: messageIds(envelope.messageId ?? '')[0],
    references: parentsOf(references ?? [], envelope.inReplyTo),
  };
}

/** Without References, the first id of In-Reply-To is the parent. */
function parentsOf(references: readonly string[], inReplyTo: string | undefined): readonly string[] {
  return references.length > 0 ? references : messageIds(inReplyTo ?? '').slice(0, 1);
}

/** Messages that were stored before their References were kept: from the header, many at a time. */
async function completeReferences(
  session: Session,
  messages: ThreadMessage[],
  places: readonly number[],
  keepGoing: KeepGoing,
): Promise<void> {
  const { access, view, limits } = session;
  for (let at = 0; at < places.length; at += limits.fetchBatchMessages) {
    keepGoing();
    const batch = places.slice(at, at + limits.fetchBatchMessages);
    const uids = batch.flatMap((place) => messages[place]?.ref.uid ?? []);
    const beginnings = await access.beginnings(view.mailbox.id, uids, limits.beginningBytes);
    for (const place of batch) {
      const message = messages[place];
      const row = message && view.index.row(message.ref.uid);
      if (message === undefined || row === undefined) continue;
      const beginning = beginnings.get(row.uid);
      const header =
        (beginning && wholeHeader(beginning, row.size)) ??
        (await readHeader({ access, mailboxId: view.mailbox.id, uid: row.uid, size: row.size }, limits));
      const references = header === undefined ? [] : referencesOf(header);
      if (references.length > 0) messages[place] = { ...message, references };
    }
  }
}
