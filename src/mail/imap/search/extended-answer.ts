import { encodePartialRange, partOf } from '#mail/imap/grammar/partial-range.ts';
import type { ReturnOptions } from '#mail/imap/grammar/return-options.ts';
import type { Session } from '#mail/imap/session.ts';
import { encodeNumberSet, encodeString } from '#mail/imap/wire/encode.ts';

import type { Found } from './search-messages.ts';

export interface ExtendedAnswer {
  /** In the order of the answer: of the mailbox for SEARCH, of the criteria for SORT. */
  readonly found: readonly Found[];
  readonly returns: ReturnOptions;
  readonly byUid: boolean;
  readonly usesModseq: boolean;
  readonly tag: string;
}

/**
 * Writes ESEARCH (RFC 4731, section 3.1) and keeps the result for `$`. SAVE alone is silent; with MIN, MAX or PARTIAL
 * and neither ALL nor COUNT only what those give is kept (RFC 5182, section 2.4; RFC 9394, section 3.4).
 */
export function answerExtended(session: Session, answer: ExtendedAnswer): void {
  const { found, returns, byUid, tag } = answer;
  if (returns.names.includes('SAVE')) session.view.save(spokenOf(found, returns).map(({ ref }) => ref.uid));
  if (returns.partial === undefined && returns.names.every((option) => option === 'SAVE')) return;
  session.output.line(`* ESEARCH (TAG ${encodeString(tag)})${byUid ? ' UID' : ''}${resultOf(answer)}`);
}

function resultOf({ found, returns, byUid, usesModseq }: ExtendedAnswer): string {
  const { names, partial } = returns;
  const numberOf = ({ ref }: Found): number => (byUid ? ref.uid : ref.sequence);
  const [first, last] = [found[0], found.at(-1)];
  const parts: string[] = [];
  if (first !== undefined && last !== undefined) {
    if (names.includes('MIN')) parts.push(` MIN ${numberOf(first)}`);
    if (names.includes('MAX')) parts.push(` MAX ${numberOf(last)}`);
    if (names.includes('ALL')) parts.push(` ALL ${encodeNumberSet(found.map(numberOf))}`);
  }
  if (partial !== undefined) {
    const set = encodeNumberSet(partOf(found, partial).map(numberOf));
    parts.push(` PARTIAL (${encodePartialRange(partial)} ${set === '' ? 'NIL' : set})`);
  }
  if (names.includes('COUNT')) parts.push(` COUNT ${found.length}`);
  // PARTIAL shows a window on the whole, so the whole is what MODSEQ speaks of (RFC 7162, section 3.1.10).
  if (usesModseq && found.length > 0)
    parts.push(` MODSEQ ${highest(partial === undefined ? spokenOf(found, returns) : found)}`);
  return parts.join('');
}

/** What MIN, MAX and PARTIAL give when nothing more is asked for, else every message. */
function spokenOf(found: readonly Found[], { names, partial }: ReturnOptions): readonly Found[] {
  const [first, last] = [found[0], found.at(-1)];
  const asksSome = names.includes('MIN') || names.includes('MAX') || partial !== undefined;
  if (first === undefined || last === undefined || !asksSome) return found;
  if (names.includes('ALL') || names.includes('COUNT')) return found;
  const ends = [...(names.includes('MIN') ? [first] : []), ...(names.includes('MAX') ? [last] : [])];
  return [...new Set([...ends, ...(partial === undefined ? [] : partOf(found, partial))])];
}

export function highest(found: readonly Found[]): number {
  return found.reduce((top, { modseq }) => Math.max(top, modseq), 0);
}
