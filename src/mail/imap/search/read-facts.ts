import { readHeader } from '#mail/imap/fetch/fallback-structure.ts';
import type { IndexRow } from '#mail/imap/mailbox/mailbox-index.ts';
import type { MessageRef } from '#mail/imap/mailbox/mailbox-view.ts';
import type { Session } from '#mail/imap/session.ts';

import type { KeepGoing } from './deadline.ts';
import { factsOfEnvelope, factsOfHeader, type HeaderFacts } from './header-facts.ts';
import { wholeHeader } from './read-headings.ts';

interface Known {
  readonly ref: MessageRef;
  readonly row: IndexRow;
  readonly facts: HeaderFacts;
}

interface Unread {
  readonly ref: MessageRef;
  readonly row: IndexRow;
}

/** What the envelopes say, from what was parsed at delivery; the header of a message that was not parsed is read. */
export async function* envelopeFactsOf(
  session: Session,
  refs: readonly MessageRef[],
  keepGoing: KeepGoing,
): AsyncGenerator<Known, void, undefined> {
  const { access, view, limits } = session;
  for (let at = 0; at < refs.length; at += limits.headingBatchMessages) {
    keepGoing();
    const batch = refs.slice(at, at + limits.headingBatchMessages);
    const uids = batch.map((ref) => ref.uid);
    const headings = await access.headings(view.mailbox.id, uids);
    const unparsed: Unread[] = [];
    for (const ref of batch) {
      const row = view.index.row(ref.uid);
      const heading = headings.get(ref.uid);
      if (row === undefined) continue;
      if (heading === undefined) unparsed.push({ ref, row });
      else yield { ref, row, facts: factsOfEnvelope(heading) };
    }
    yield* headerFactsOf(session, unparsed, keepGoing);
  }
}

/** What the headers say, for fields that are not kept: the first octets of many messages at a time. */
export async function* headerFactsOf(
  session: Session,
  messages: readonly Unread[],
  keepGoing: KeepGoing,
): AsyncGenerator<Known, void, undefined> {
  const { access, view, limits } = session;
  for (let at = 0; at < messages.length; at += limits.fetchBatchMessages) {
    keepGoing();
    const batch = messages.slice(at, at + limits.fetchBatchMessages);
    const uids = batch.map(({ ref }) => ref.uid);
    const beginnings = await access.beginnings(view.mailbox.id, uids, limits.beginningBytes);
    for (const { ref, row } of batch) {
      const beginning = beginnings.get(ref.uid);
      const message = { access, mailboxId: view.mailbox.id, uid: ref.uid, size: row.size };
      const header = (beginning && wholeHeader(beginning, row.size)) ?? (await readHeader(message, limits));
      // Undefined when the message has gone meanwhile.
      if (header !== undefined) yield { ref, row, facts: factsOfHeader(header) };
    }
  }
}
