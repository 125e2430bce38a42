import { decodeQuotedPrintable } from './decode-text.ts';
import { latin1Of } from './header-fields.ts';

/** Undoes a transfer encoding piece by piece, so that a part of any size needs the memory of one piece. */
export interface TransferDecoder {
  push(chunk: Uint8Array): Uint8Array;
  /** What is left at the end of the part. */
  end(): Uint8Array;
}

const empty = new Uint8Array();

/** Undefined for an encoding that nobody knows (RFC 2045, section 6). */
export function transferDecoder(encoding: string): TransferDecoder | undefined {
  switch (encoding) {
    case '7BIT':
    case '8BIT':
    case 'BINARY':
      return { push: (chunk) => chunk, end: () => empty };
    case 'BASE64':
      return base64Decoder();
    case 'QUOTED-PRINTABLE':
      return quotedPrintableDecoder();
    default:
      return undefined;
  }
}

/** Padding in the middle ends a group and not the part, as in `decodeText`. */
function base64Decoder(): TransferDecoder {
  let rest = '';
  return {
    push(chunk) {
      const segments = latin1Of(chunk, 0, chunk.length)
        .replaceAll(/[^A-Za-z0-9+/=]+/g, '')
        .split(/=+/);
      const decoded: Buffer[] = [];
      for (const [at, segment] of segments.entries()) {
        const text = rest + segment;
        const whole = at < segments.length - 1 ? text.length : text.length - (text.length % 4);
        decoded.push(Buffer.from(text.slice(0, whole), 'base64'));
        rest = text.slice(whole);
      }
      return Buffer.concat(decoded);
    },
    end: () => Buffer.from(rest, 'base64'),
  };
}

/** An escape that the piece has cut is kept for the next one. */
function quotedPrintableDecoder(): TransferDecoder {
  let rest: Uint8Array = empty;
  return {
    push(chunk) {
      const octets = Buffer.concat([rest, chunk]);
      const escape = octets.lastIndexOf('=');
      const end = escape >= octets.length - 2 && escape >= 0 ? escape : octets.length;
      rest = octets.subarray(end);
      return decodeQuotedPrintable(octets.subarray(0, end));
    },
    end: () => decodeQuotedPrintable(rest),
  };
}
