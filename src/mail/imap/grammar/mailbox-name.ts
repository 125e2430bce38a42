import { isUtf8 } from 'node:buffer';

import { encodeAstring, type Octets } from '#mail/imap/wire/encode.ts';
import { decodeModifiedUtf7, encodeModifiedUtf7 } from '#mail/imap/wire/modified-utf7.ts';
import { isAstringByte, type Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

/** A mailbox name as a path: Unicode in NFC, INBOX in capitals, `/` between levels. */
export function scanMailboxPath(scanner: Scanner, pathBytesMax: number): string {
  return canonicalPath(decodeName(scanner.astring(), scanner, pathBytesMax));
}

/** The same, with the name as it was written where the server spells it otherwise (RFC 9051, section 5.1). */
export function scanSpelledPath(
  scanner: Scanner,
  pathBytesMax: number,
): { readonly path: string; readonly spelled: string | undefined } {
  const octets = scanner.astring();
  const path = canonicalPath(decodeName(octets, scanner, pathBytesMax));
  const spelled = canonicalPath(decodeText(octets, scanner) ?? path);
  return { path, spelled: spelled === path ? undefined : spelled };
}

/** OLDNAME of a LIST answer (RFC 9051, section 6.3.9.7): nothing where the name is as the client knows it. */
export function encodeOldName(name: string | undefined, reader: { readonly speaksUtf8: boolean }): Octets {
  return name === undefined ? '' : ` ("OLDNAME" (${encodeMailboxName(name, reader)}))`;
}

/** The name of LIST and LSUB: `%` and `*` may stand in it without quotes (RFC 9051, list-mailbox). */
export function scanListPattern(scanner: Scanner, pathBytesMax: number): string {
  if (scanner.isAtLiteral() || scanner.peekIs('"'))
    return decodeName(scanner.string(), scanner, pathBytesMax);
  const pattern = scanner.run((byte) => isAstringByte(byte) || byte === 0x25 || byte === 0x2a);
  if (pattern === '') throw new ImapSyntaxError('Expected a mailbox pattern');
  return decodeName(Buffer.from(pattern, 'latin1'), scanner, pathBytesMax);
}

/** The first level is INBOX in any case, and only there (RFC 9051, section 5.1). */
export function canonicalPath(path: string): string {
  const slash = path.indexOf('/');
  const first = slash < 0 ? path : path.slice(0, slash);
  return first.toUpperCase() === 'INBOX' ? `INBOX${path.slice(first.length)}` : path;
}

/** In modified UTF-7, or in UTF-8 for a session that speaks it (RFC 9051, section 5.1; RFC 6855, section 3). */
export function encodeMailboxName(path: string, { speaksUtf8 }: { readonly speaksUtf8: boolean }): Octets {
  if (!speaksUtf8) return encodeAstring(encodeModifiedUtf7(path));
  if (isPlain(path)) return encodeAstring(path);
  const quoted = path.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `"${Buffer.from(quoted, 'utf8').toString('latin1')}"`;
}

function isPlain(path: string): boolean {
  return /^[ -~]*$/.test(path);
}

function decodeName(octets: Buffer, scanner: Scanner, pathBytesMax: number): string {
  if (octets.length > pathBytesMax * 4) throw new ImapSyntaxError('The mailbox name is too long');
  const path = decodeText(octets, scanner)?.normalize('NFC');
  if (path === undefined)
    throw new ImapSyntaxError(`The mailbox name is not ${scanner.utf8 ? 'UTF-8' : 'modified UTF-7'}`);
  if (Buffer.byteLength(path) > pathBytesMax) throw new ImapSyntaxError('The mailbox name is too long');
  return path;
}

function decodeText(octets: Buffer, { utf8 }: Scanner): string | undefined {
  return utf8 ? decodeUtf8(octets) : decodeModifiedUtf7(octets.toString('latin1'));
}

function decodeUtf8(octets: Buffer): string | undefined {
  return isUtf8(octets) ? octets.toString('utf8') : undefined;
}
