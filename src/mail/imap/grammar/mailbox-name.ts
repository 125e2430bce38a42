import { encodeAstring, type Octets } from '#mail/imap/wire/encode.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from '#mail/imap/wire/modified-utf7.ts';
import { isAstringByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/** A mailbox name as a path: Unicode in NFC, INBOX in capitals, `/` between levels. */
export function scanMailboxPath(scanner: Scanner, pathBytesMax: number): string {
  return canonicalPath(decodeName(scanner.astring(), pathBytesMax));
}

/** The name of LIST and LSUB: `%` and `*` may stand in it without quotes (RFC 9051, list-mailbox). */
export function scanListPattern(scanner: Scanner, pathBytesMax: number): string {
  if (scanner.isAtLiteral() || scanner.peekIs('"')) return decodeName(scanner.string(), pathBytesMax);
  const pattern = scanner.run((byte) => isAstringByte(byte) || byte === 0x25 || byte === 0x2a);
  if (pattern === '') throw new ImapSyntaxError('Expected a mailbox pattern');
  return decodeName(Buffer.from(pattern, 'latin1'), pathBytesMax);
}

/** The first level is INBOX in any case, and only there (RFC 9051, section 5.1). */
export function canonicalPath(path: string): string {
  const slash = path.indexOf('/');
  const first = slash < 0 ? path : path.slice(0, slash);
  return first.toUpperCase() === 'INBOX' ? `INBOX${path.slice(first.length)}` : path;
}

export function encodeMailboxName(path: string): Octets {
  return encodeAstring(encodeModifiedUtf7(path));
}

function decodeName(octets: Buffer, pathBytesMax: number): string {
  if (octets.length > pathBytesMax * 4) throw new ImapSyntaxError('The mailbox name is too long');
  const path = decodeModifiedUtf7(octets.toString('latin1'))?.normalize('NFC');
  if (path === undefined) throw new ImapSyntaxError('The mailbox name is not modified UTF-7');
  if (Buffer.byteLength(path) > pathBytesMax) throw new ImapSyntaxError('The mailbox name is too long');
  return path;
}
