import type { FlagChange } from '#app/ports/mail.ts';
import type { Session } from '#mail/imap/session.ts';

import type { IndexRow } from './mailbox-index.ts';
import type { MessageRef } from './mailbox-view.ts';

export type KnownFlags = Pick<IndexRow, 'uid' | 'flags' | 'keywords' | 'modseq'>;

interface AskedChange {
  readonly change: FlagChange;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly unchangedSince: number | undefined;
}

/**
 * The messages as they are, when a change asks for what is already so: a read then does for a transaction. The index says
 * first whether it may be so, then whether it is so now. Undefined when the store must decide, as it must wherever
 * rights or the marks of several readers count.
 */
export async function unchangedBy(
  session: Session,
  refs: readonly MessageRef[],
  asked: AskedChange,
): Promise<readonly KnownFlags[] | undefined> {
  const { view, access } = session;
  const { mailbox } = view;
  const isPlain =
    mailbox.accountId === access.accountId &&
    mailbox.seenBy === undefined &&
    asked.unchangedSince === undefined;
  if (!isPlain || settledRows(session, refs, asked) === undefined) return undefined;
  await session.refresh();
  return settledRows(session, refs, asked);
}

function settledRows(
  { view }: Session,
  refs: readonly MessageRef[],
  asked: AskedChange,
): readonly IndexRow[] | undefined {
  const rows: IndexRow[] = [];
  for (const { uid } of refs) {
    const row = view.index.row(uid);
    if (row === undefined || !isSettled(row, asked)) return undefined;
    rows.push(row);
  }
  return rows;
}

function isSettled(row: IndexRow, { change, flags, keywords }: AskedChange): boolean {
  switch (change) {
    case 'replace':
      return row.flags === flags && keywords.length === 0 && row.keywords.length === 0;
    case 'add':
      return (row.flags & flags) === flags && keywords.every((keyword) => holdsWord(row, keyword));
    case 'remove':
      return (row.flags & flags) === 0 && !keywords.some((keyword) => holdsWord(row, keyword));
  }
}

function holdsWord({ keywords }: IndexRow, keyword: string): boolean {
  return keywords.some((held) => held.toUpperCase() === keyword.toUpperCase());
}
