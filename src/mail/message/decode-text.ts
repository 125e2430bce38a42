import { TextDecoder } from 'node:util';
import type { MimePart } from '#domain/mail/structure.ts';
import { latin1Of } from './header-fields.ts';

const lineFeed = 10;
const carriageReturn = 13;
const equals = 61;

/**
 * The text of a part: transfer encoding and charset undone. It never throws: what cannot be decoded is shown as it
 * is. A charset that is absent, us-ascii or unknown is read as UTF-8 where that fits and as Latin-1 otherwise. At
 * most `octetsMax` octets of the stored body are read.
 */
export function decodeText(bytes: Uint8Array, part: MimePart, octetsMax = Infinity): string {
  const end = Math.min(part.body.end, part.body.start + octetsMax);
  const body = bytes.subarray(part.body.start, end);
  const octets = decodeTransfer(body, part.encoding);
  return decodeCharset(octets, part.params['charset'], end < part.body.end);
}

function decodeTransfer(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === 'BASE64') return decodeBase64(body);
  if (encoding === 'QUOTED-PRINTABLE') return decodeQuotedPrintable(body);
  return body;
}

/**
 * Padding in the middle does not end the text: Node stops there while mail readers go on, and a stamp could hide
 * behind it.
 */
function decodeBase64(body: Uint8Array): Buffer {
  const text = latin1Of(body, 0, body.length);
  const decoded = Buffer.alloc(Math.ceil((body.length * 3) / 4) + 3);
  let length = 0;
  for (const segment of text.split(/=[=\s]*/)) {
    if (segment !== '') length += decoded.write(segment, length, 'base64');
  }
  return decoded.subarray(0, length);
}

/** RFC 2045, section 6.7; a `=` that starts no escape is kept. */
export function decodeQuotedPrintable(body: Uint8Array): Buffer {
  const decoded = Buffer.alloc(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at += 1) {
    const octet = body[at] ?? 0;
    if (octet !== equals) {
      decoded[length] = octet;
      length += 1;
      continue;
    }
    const softBreak = softBreakLength(body, at + 1);
    const value = hexValue(body[at + 1]) * 16 + hexValue(body[at + 2]);
    if (softBreak > 0) {
      at += softBreak;
    } else {
      decoded[length] = Number.isNaN(value) ? octet : value;
      length += 1;
      at += Number.isNaN(value) ? 0 : 2;
    }
  }
  return decoded.subarray(0, length);
}

function softBreakLength(body: Uint8Array, start: number): number {
  if (body[start] === lineFeed) return 1;
  return body[start] === carriageReturn && body[start + 1] === lineFeed ? 2 : 0;
}

function hexValue(octet: number | undefined): number {
  if (octet === undefined) return Number.NaN;
  if (octet >= 48 && octet <= 57) return octet - 48;
  const lower = octet | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : Number.NaN;
}

/** `cut` says that the octets may end in the middle of a letter, which is then left out. */
function decodeCharset(octets: Uint8Array, charset: string | undefined, cut: boolean): string {
  const label = charset?.trim().toLowerCase() ?? '';
  if (label !== '' && label !== 'us-ascii' && label !== 'ascii') {
    try {
      return new TextDecoder(label).decode(octets, { stream: cut });
    } catch {
      // An unknown charset is read as if none were named.
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: cut });
  } catch {
    return latin1Of(octets, 0, octets.length);
  }
}
