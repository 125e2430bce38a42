import type { MessageFact } from '#app/ports/mail.ts';
import { flagBit } from '#domain/mail/structure.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { type DayNumber, scanDate } from './date-time.ts';
import { type KeywordLimits, scanKeyword } from './flags.ts';
import { scanFact } from './search-fact.ts';
import { type MessageSet, scanMessageSet, startsMessageSet } from './sequence-set.ts';

export type Comparison = 'before' | 'on' | 'since';

export type SearchKey =
  | { readonly kind: 'all' | 'none' }
  | { readonly kind: 'and' | 'or'; readonly keys: readonly SearchKey[] }
  | { readonly kind: 'not'; readonly key: SearchKey }
  | { readonly kind: 'flag'; readonly bit: number; readonly set: boolean }
  | { readonly kind: 'keyword'; readonly keyword: string; readonly set: boolean }
  | { readonly kind: 'sequence'; readonly set: MessageSet; readonly byUid: boolean }
  | { readonly kind: 'internal_date'; readonly compare: Comparison; readonly day: DayNumber }
  | { readonly kind: 'larger' | 'smaller'; readonly octets: number }
  /** Taken in before that many seconds ago, or since (RFC 5032). */
  | { readonly kind: 'older' | 'younger'; readonly seconds: number }
  | { readonly kind: 'modseq'; readonly modseq: number }
  | { readonly kind: 'sent_date'; readonly compare: Comparison; readonly day: DayNumber }
  /** A field of the envelope or, with any other name, of the header; the needle is not folded yet. */
  | { readonly kind: 'header'; readonly field: string; readonly needle: string }
  /** Asked of the store (RFC 8474, RFC 8514). */
  | { readonly kind: 'fact'; readonly fact: MessageFact }
  | { readonly kind: 'content'; readonly where: 'text' | 'body'; readonly needle: string };

const ALL: SearchKey = { kind: 'all' };

/** `\Recent` belongs to no session here, so that nothing is RECENT or NEW and everything is OLD. */
const plainKeys: Readonly<Record<string, SearchKey>> = {
  ALL,
  ANSWERED: flag(flagBit.answered, true),
  DELETED: flag(flagBit.deleted, true),
  DRAFT: flag(flagBit.draft, true),
  FLAGGED: flag(flagBit.flagged, true),
  SEEN: flag(flagBit.seen, true),
  UNANSWERED: flag(flagBit.answered, false),
  UNDELETED: flag(flagBit.deleted, false),
  UNDRAFT: flag(flagBit.draft, false),
  UNFLAGGED: flag(flagBit.flagged, false),
  UNSEEN: flag(flagBit.seen, false),
  NEW: { kind: 'none' },
  RECENT: { kind: 'none' },
  OLD: ALL,
  /** Every mailbox keeps it (RFC 8514, section 4.3). */
  SAVEDATESUPPORTED: ALL,
};

export interface SearchLimits extends KeywordLimits {
  readonly searchKeysMax: number;
  readonly sequenceRangesMax: number;
}

/** The keys of a SEARCH (RFC 9051, section 6.4.4) as one, which all must hold. */
export function scanSearchKeys(scanner: Scanner, limits: SearchLimits): SearchKey {
  const reader = { scanner, limits, left: limits.searchKeysMax };
  const keys = [scanKey(reader)];
  while (scanner.skip(' ')) keys.push(scanKey(reader));
  return { kind: 'and', keys };
}

interface KeyReader {
  readonly scanner: Scanner;
  readonly limits: SearchLimits;
  left: number;
}

function scanKey(reader: KeyReader): SearchKey {
  const { scanner, limits } = reader;
  reader.left -= 1;
  if (reader.left < 0) throw new ImapSyntaxError('Too many search keys');
  if (scanner.peekIs('(')) {
    return { kind: 'and', keys: scanner.list(() => scanKey(reader), { itemsMax: limits.searchKeysMax }) };
  }
  if (startsMessageSet(scanner)) {
    return { kind: 'sequence', set: scanMessageSet(scanner, limits.sequenceRangesMax), byUid: false };
  }
  const name = scanner.keyword();
  const plain = plainKeys[name];
  if (plain !== undefined) return plain;
  scanner.space();
  return scanKeyArgument(reader, name);
}

function scanKeyArgument(reader: KeyReader, name: string): SearchKey {
  const { scanner, limits } = reader;
  switch (name) {
    case 'NOT':
      return nested(reader, () => ({ kind: 'not', key: scanKey(reader) }));
    case 'OR':
      return nested(reader, () => {
        const one = scanKey(reader);
        scanner.space();
        return { kind: 'or', keys: [one, scanKey(reader)] };
      });
    case 'UID':
      return { kind: 'sequence', set: scanMessageSet(scanner, limits.sequenceRangesMax), byUid: true };
    case 'KEYWORD':
    case 'UNKEYWORD':
      return { kind: 'keyword', keyword: scanKeyword(scanner, limits), set: name === 'KEYWORD' };
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
      return { kind: 'internal_date', compare: comparison(name), day: scanDate(scanner) };
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return { kind: 'sent_date', compare: comparison(name.slice(4)), day: scanDate(scanner) };
    case 'LARGER':
    case 'SMALLER':
      return { kind: name === 'LARGER' ? 'larger' : 'smaller', octets: scanner.number63() };
    case 'OLDER':
    case 'YOUNGER':
      return { kind: name === 'OLDER' ? 'older' : 'younger', seconds: scanSeconds(scanner) };
    case 'MODSEQ':
      return { kind: 'modseq', modseq: scanModseq(scanner) };
    case 'TEXT':
    case 'BODY':
      return { kind: 'content', where: name === 'TEXT' ? 'text' : 'body', needle: scanNeedle(scanner) };
    case 'BCC':
    case 'CC':
    case 'FROM':
    case 'SUBJECT':
    case 'TO':
      return { kind: 'header', field: name.toLowerCase(), needle: scanNeedle(scanner) };
    case 'HEADER': {
      const field = scanner.astring().toString('latin1').toLowerCase();
      scanner.space();
      return { kind: 'header', field, needle: scanNeedle(scanner) };
    }
    default: {
      const fact = scanFact(scanner, name);
      if (fact === undefined) throw new ImapSyntaxError('Unknown search key');
      return { kind: 'fact', fact };
    }
  }
}

/** RFC 5032, section 3: zero is no interval. */
function scanSeconds(scanner: Scanner): number {
  const seconds = scanner.number();
  if (seconds === 0) throw new ImapSyntaxError('An interval of no seconds');
  return seconds;
}

/** NOT and OR nest without parentheses; sixteen thousand of them must not become sixteen thousand calls (I3). */
function nested(reader: KeyReader, read: () => SearchKey): SearchKey {
  reader.scanner.enter();
  const key = read();
  reader.scanner.leave();
  return key;
}

/** RFC 7162, section 3.1.5: an entry name and type may come first; flags share one mod-sequence here. */
function scanModseq(scanner: Scanner): number {
  if (scanner.peekIs('"')) {
    scanner.string();
    scanner.space();
    if (!['PRIV', 'SHARED', 'ALL'].includes(scanner.keyword())) throw new ImapSyntaxError('Bad entry type');
    scanner.space();
  }
  return scanner.number63();
}

/** US-ASCII and UTF-8 are the charsets there are, and one is a part of the other. */
function scanNeedle(scanner: Scanner): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(scanner.astring());
  } catch (error) {
    if (error instanceof TypeError) throw new ImapSyntaxError('The text is not UTF-8');
    throw error;
  }
}

function comparison(name: string): Comparison {
  return name === 'BEFORE' ? 'before' : name === 'ON' ? 'on' : 'since';
}

function flag(bit: number, set: boolean): SearchKey {
  return { kind: 'flag', bit, set };
}
