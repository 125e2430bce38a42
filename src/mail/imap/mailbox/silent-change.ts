import type { FlagChange, MailboxEntry } from '#app/ports/mail.ts';

import type { IndexRow } from './mailbox-index.ts';
import type { MailboxView, MessageRef } from './mailbox-view.ts';

interface AskedChange {
  readonly change: FlagChange;
  readonly flags: number;
  readonly keywords: readonly string[];
}

/**
 * Whether a client that stored in silence can tell for itself what the flags of a message are now: they are what its
 * change makes of the flags that it was told of. If somebody else has changed them meanwhile, silence would leave the
 * client with wrong flags for good (RFC 9051, section 6.4.6). Asked before the change is made.
 */
export function clientCanTell(
  view: MailboxView,
  refs: readonly MessageRef[],
  asked: AskedChange,
): (entry: MailboxEntry) => boolean {
  const before = new Map(refs.map(({ uid }) => [uid, view.index.row(uid)]));
  return (entry) => {
    const row = before.get(entry.uid);
    const known = row !== undefined && row.modseq <= view.toldModseq ? row : undefined;
    const expected = expectedAfter(known, asked);
    return (
      expected !== undefined &&
      expected.flags === entry.flags &&
      sameWords(expected.keywords, folded(entry.keywords))
    );
  };
}

function expectedAfter(
  known: IndexRow | undefined,
  { change, flags, keywords }: AskedChange,
): { flags: number; keywords: ReadonlySet<string> } | undefined {
  const words = folded(keywords);
  switch (change) {
    case 'replace':
      return { flags, keywords: words };
    case 'add':
      return (
        known && { flags: known.flags | flags, keywords: new Set([...folded(known.keywords), ...words]) }
      );
    case 'remove':
      return (
        known && {
          flags: known.flags & ~flags,
          keywords: new Set([...folded(known.keywords)].filter((word) => !words.has(word))),
        }
      );
  }
}

function folded(keywords: readonly string[]): ReadonlySet<string> {
  return new Set(keywords.map((keyword) => keyword.toUpperCase()));
}

function sameWords(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((word) => other.has(word));
}
