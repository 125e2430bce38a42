import type { ImapLimits } from '#mail/imap/imap-limits.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { scanDateTime } from './date-time.ts';
import { type FlagList, scanFlagList } from './flags.ts';

/** Octets that the client sends, or the URL of octets that are here (RFC 4469). */
export type MessagePiece = { readonly octets: Buffer } | { readonly url: string };

/** A message of APPEND or REPLACE as it was written. */
export interface WrittenMessage extends FlagList {
  readonly internalDate: Date | undefined;
  readonly pieces: readonly MessagePiece[];
}

/** `(\Seen) " 1-Feb-2026 08:30:00 +0700" {310}`, from the first parenthesis. */
export function scanNewMessage(scanner: Scanner, limits: ImapLimits): WrittenMessage {
  let flags: FlagList = { flags: 0, keywords: [] };
  if (scanner.peekIs('(')) {
    flags = scanFlagList(scanner, limits);
    scanner.space();
  }
  let internalDate: Date | undefined;
  if (scanner.peekIs('"')) {
    internalDate = scanDateTime(scanner);
    scanner.space();
  }
  return { ...flags, internalDate, pieces: scanPieces(scanner, limits) };
}

/** A literal, a literal8 (RFC 3516), `UTF8 (~{n}…)` (RFC 6855, section 4), or `CATENATE (TEXT {n}… URL "…")` (RFC 4469). */
function scanPieces(scanner: Scanner, limits: ImapLimits): readonly MessagePiece[] {
  if (scanner.skipKeyword('CATENATE')) {
    scanner.space();
    return scanner.list(() => scanPiece(scanner), { itemsMax: limits.fetchItemsMax });
  }
  if (!scanner.skipKeyword('UTF8')) return [{ octets: scanner.literal8() }];
  scanner.space();
  scanner.expect('(');
  const octets = scanner.literal8();
  scanner.expect(')');
  return [{ octets }];
}

function scanPiece(scanner: Scanner): MessagePiece {
  const kind = scanner.keyword();
  scanner.space();
  if (kind === 'TEXT') return { octets: scanner.literal8() };
  if (kind === 'URL') return { url: scanner.astring().toString('latin1') };
  throw new ImapSyntaxError('Expected TEXT or URL');
}
