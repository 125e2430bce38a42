import {
  encodePartialRange,
  type PartialRange,
  partOf,
  scanPartialRange,
} from '#mail/imap/grammar/partial-range.ts';
import { scanSearchKeys, type SearchKey } from '#mail/imap/grammar/search-key.ts';
import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import { CommandRefused, type Completion, completed } from '#mail/imap/responses.ts';
import { type Found, searchMessages, someKey } from '#mail/imap/search/search-messages.ts';
import type { Session } from '#mail/imap/session.ts';
import { encodeNumberSet, encodeString } from '#mail/imap/wire/encode.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, type ImapCommand, type Tells, withMailbox } from './command.ts';

export const search = searchCommand('SEARCH', false, 'all_but_expunges');
export const uidSearch = searchCommand('UID SEARCH', true, 'all');

const returnOptions = ['MIN', 'MAX', 'ALL', 'COUNT', 'PARTIAL'];

interface SearchInput {
  /** The RETURN options of ESEARCH (RFC 4731); undefined for the old answer. */
  readonly returns: readonly string[] | undefined;
  /** RFC 9394, section 3.1. */
  readonly partial: PartialRange | undefined;
  readonly key: SearchKey;
}

function searchCommand(name: string, byUid: boolean, tells: Tells): ImapCommand {
  return defineCommand({ name, states: withMailbox, tells, parse: scanSearch, run });

  async function run(session: Session, input: SearchInput, tag: string): Promise<Completion> {
    const usesModseq = someKey(input.key, (key) => key.kind === 'modseq');
    if (usesModseq) session.useCondstore();
    const found = await searchMessages(session, input.key);
    const numberOf = ({ ref }: Found): number => (byUid ? ref.uid : ref.sequence);
    if (input.returns === undefined) {
      const numbers = found.map((one) => ` ${numberOf(one)}`).join('');
      const modseq = usesModseq && found.length > 0 ? ` (MODSEQ ${highest(found)})` : '';
      session.output.line(`* SEARCH${numbers}${modseq}`);
    } else {
      const answer = extendedAnswer(found, input, numberOf, usesModseq);
      session.output.line(`* ESEARCH (TAG ${encodeString(tag)})${byUid ? ' UID' : ''}${answer}`);
    }
    return completed(`${name} completed`);
  }
}

function scanSearch(scanner: Scanner, limits: ImapLimits): SearchInput {
  scanner.space();
  const options = scanner.skipKeyword('RETURN') ? scanReturn(scanner) : undefined;
  if (scanner.skipKeyword('CHARSET')) scanCharset(scanner);
  return {
    returns: options?.names,
    partial: options?.partial,
    key: scanSearchKeys(scanner, limits),
  };
}

/** `(MIN COUNT PARTIAL 1:10)`; an empty list is ALL. */
function scanReturn(scanner: Scanner): {
  readonly names: readonly string[];
  readonly partial: PartialRange | undefined;
} {
  scanner.space();
  let partial: PartialRange | undefined;
  const names = scanner.list(
    () => {
      const name = scanner.keyword();
      if (!returnOptions.includes(name)) throw new ImapSyntaxError('Unknown SEARCH option');
      if (name !== 'PARTIAL') return name;
      if (partial !== undefined) throw new ImapSyntaxError('PARTIAL is given twice');
      scanner.space();
      partial = scanPartialRange(scanner);
      return name;
    },
    { itemsMax: 10, emptyAllowed: true },
  );
  if (partial !== undefined && names.includes('ALL'))
    throw new ImapSyntaxError('PARTIAL and ALL exclude each other');
  scanner.space();
  return { names: names.length === 0 ? ['ALL'] : names, partial };
}

function scanCharset(scanner: Scanner): void {
  scanner.space();
  const charset = scanner.astring().toString('latin1').toUpperCase();
  if (charset !== 'UTF-8' && charset !== 'US-ASCII') {
    throw new CommandRefused('The charset is not known', 'BADCHARSET (UTF-8 US-ASCII)');
  }
  scanner.space();
}

/** RFC 4731, section 3.1; which messages MODSEQ speaks of is in RFC 7162, section 3.1.10. */
function extendedAnswer(
  found: readonly Found[],
  { returns = [], partial }: SearchInput,
  numberOf: (found: Found) => number,
  usesModseq: boolean,
): string {
  const [first, last] = [found[0], found.at(-1)];
  const parts: string[] = [];
  if (first !== undefined && last !== undefined) {
    if (returns.includes('MIN')) parts.push(` MIN ${numberOf(first)}`);
    if (returns.includes('MAX')) parts.push(` MAX ${numberOf(last)}`);
    if (returns.includes('ALL')) parts.push(` ALL ${encodeNumberSet(found.map(numberOf))}`);
  }
  if (partial !== undefined) {
    const set = encodeNumberSet(partOf(found, partial).map(numberOf));
    parts.push(` PARTIAL (${encodePartialRange(partial)} ${set === '' ? 'NIL' : set})`);
  }
  if (returns.includes('COUNT')) parts.push(` COUNT ${found.length}`);
  if (usesModseq && first !== undefined && last !== undefined) {
    const isWhole = returns.includes('ALL') || returns.includes('PARTIAL') || returns.includes('COUNT');
    const ends = [...(returns.includes('MIN') ? [first] : []), ...(returns.includes('MAX') ? [last] : [])];
    parts.push(` MODSEQ ${highest(isWhole ? found : ends)}`);
  }
  return parts.join('');
}

function highest(found: readonly Found[]): number {
  return found.reduce((top, { modseq }) => Math.max(top, modseq), 0);
}
