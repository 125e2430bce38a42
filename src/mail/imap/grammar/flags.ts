import { flagBit } from '#domain/mail/structure.ts';
import { isAtomByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

export interface FlagList {
  /** Bits of `flagBit`. */
  readonly flags: number;
  readonly keywords: readonly string[];
}

export const systemFlags: readonly (readonly [string, number])[] = [
  ['\\Answered', flagBit.answered],
  ['\\Flagged', flagBit.flagged],
  ['\\Deleted', flagBit.deleted],
  ['\\Seen', flagBit.seen],
  ['\\Draft', flagBit.draft],
];

export interface KeywordLimits {
  readonly keywordsMax: number;
  readonly keywordBytesMax: number;
}

/** `(\Seen $Forwarded)`, or for STORE the same without parentheses. A flag nobody may set is a syntax error. */
export function scanFlagList(scanner: Scanner, limits: KeywordLimits, bareAllowed = false): FlagList {
  const found = { flags: 0, keywords: new Map<string, string>() };
  const read = (): void => addFlag(found, scanFlag(scanner), limits);
  if (scanner.peekIs('(') || !bareAllowed) {
    scanner.list(read, { itemsMax: limits.keywordsMax * 2, emptyAllowed: true });
  } else {
    do read();
    while (scanner.skip(' '));
  }
  return { flags: found.flags, keywords: [...found.keywords.values()] };
}

export function scanKeyword(scanner: Scanner, limits: KeywordLimits): string {
  const keyword = scanner.atom();
  if (keyword.length > limits.keywordBytesMax) throw new ImapSyntaxError('The keyword is too long');
  return keyword;
}

/** For a FLAGS answer: `(\Seen $Directive)`. */
export function encodeFlags(flags: number, keywords: readonly string[]): string {
  const names = systemFlags.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  return `(${[...names, ...keywords].join(' ')})`;
}

function scanFlag(scanner: Scanner): string {
  return scanner.run((byte) => isAtomByte(byte) || byte === 0x5c);
}

function addFlag(
  found: { flags: number; keywords: Map<string, string> },
  name: string,
  limits: KeywordLimits,
): void {
  if (name === '') throw new ImapSyntaxError('Expected a flag');
  if (name.includes('\\')) {
    const bit = systemFlags.find(([known]) => known.toUpperCase() === name.toUpperCase())?.[1];
    if (bit === undefined) throw new ImapSyntaxError('No such system flag');
    found.flags |= bit;
    return;
  }
  if (name.length > limits.keywordBytesMax) throw new ImapSyntaxError('The keyword is too long');
  // Keywords are the same whatever their case (RFC 9051, section 2.3.2).
  const key = name.toUpperCase();
  if (!found.keywords.has(key)) found.keywords.set(key, name);
  if (found.keywords.size > limits.keywordsMax) throw new ImapSyntaxError('Too many keywords');
}
