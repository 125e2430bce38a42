import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { transferDecoder } from '#mail/message/transfer-decoder.ts';

function decode(encoding: string, encoded: Buffer, pieceBytes: number): Buffer {
  const decoder = transferDecoder(encoding);
  if (decoder === undefined) throw new Error('no decoder');
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < encoded.length; at += pieceBytes)
    pieces.push(Buffer.from(decoder.push(encoded.subarray(at, at + pieceBytes))));
  pieces.push(decoder.end());
  return Buffer.concat(pieces);
}

const octets = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const pieces = fc.integer({ min: 1, max: 40 });

describe('transferDecoder', () => {
  it('gives base64 back however it is cut', () => {
    fc.assert(
      fc.property(octets, pieces, (bytes, pieceBytes) => {
        const encoded = bytes.toString('base64').replaceAll(/.{1,20}/g, '$&\r\n');
        expect(decode('BASE64', Buffer.from(encoded), pieceBytes).equals(bytes)).toBe(true);
      }),
    );
  });

  it('gives quoted-printable back however it is cut', () => {
    fc.assert(
      fc.property(octets, pieces, (bytes, pieceBytes) => {
        const escapes = Array.from(bytes, (byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`);
        const encoded = escapes.join('').replaceAll(/.{1,21}/g, '$&=\r\n');
        expect(decode('QUOTED-PRINTABLE', Buffer.from(encoded), pieceBytes).equals(bytes)).toBe(true);
      }),
    );
  });

  it('goes on behind padding in the middle, and leaves what is not encoded', () => {
    expect(decode('BASE64', Buffer.from('YQ==YmM=\r\nZA'), 3).toString()).toBe('abcd');
    expect(decode('8BIT', Buffer.from('a=3D'), 2).toString()).toBe('a=3D');
    expect(transferDecoder('X-UUENCODE')).toBeUndefined();
  });
});
