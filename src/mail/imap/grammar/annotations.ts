import { isAstringByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { scanMailboxPath } from './mailbox-name.ts';

const entryCharactersMax = 200;

/** The mailbox, or undefined for `""`, which is the server (RFC 5464, section 4.2). */
export function scanAnnotated(scanner: Scanner, pathBytesMax: number): string | undefined {
  const path = scanMailboxPath(scanner, pathBytesMax);
  return path === '' ? undefined : path;
}

/** The name of an entry, in lower case as it means the same in any (RFC 5464, section 4.1). */
export function scanEntry(scanner: Scanner): string {
  const entry = scanner.astring().toString('latin1').toLowerCase();
  const isName = /^\/(?:private|shared)\/[\x21-\x7e]+$/.test(entry) && !/[*%]|\/\/|\/$/.test(entry);
  if (!isName || entry.length > entryCharactersMax) throw new ImapSyntaxError('No name of an annotation');
  return entry;
}

export interface GetOptions {
  readonly bytesMax: number | undefined;
  readonly depth: number;
}

/** `(MAXSIZE 1024 DEPTH infinity)` (RFC 5464, section 4.2.1 and 4.2.2). */
export function scanGetOptions(scanner: Scanner): GetOptions {
  let options: GetOptions = { bytesMax: undefined, depth: 0 };
  scanner.list(
    () => {
      const name = scanner.keyword();
      scanner.space();
      if (name === 'MAXSIZE') options = { ...options, bytesMax: scanner.number() };
      else if (name === 'DEPTH') options = { ...options, depth: scanDepth(scanner) };
      else throw new ImapSyntaxError('Unknown GETMETADATA option');
    },
    { itemsMax: 2 },
  );
  return options;
}

function scanDepth(scanner: Scanner): number {
  const depth = scanner.run(isAstringByte).toLowerCase();
  if (depth === 'infinity') return Number.POSITIVE_INFINITY;
  if (depth !== '0' && depth !== '1') throw new ImapSyntaxError('Unknown depth');
  return Number(depth);
}

/** Whether an entry is the named one, or lies at most so many levels below it. */
export function isWithin(entry: string, named: string, depth: number): boolean {
  if (entry === named) return true;
  if (depth === 0 || !entry.startsWith(`${named}/`)) return false;
  return depth > 1 || !entry.slice(named.length + 1).includes('/');
}
