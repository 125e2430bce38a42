import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What lets somebody outside the hub acknowledge one directive: it stands in the Reply-To of that person's own mail and
 * in a link. It names a row and carries an HMAC over everything it is bound to, so that a token for other words, another
 * person or another directive is none. Short enough for the local part of an address (RFC 5321, section 4.5.3.1.1).
 */
export interface TokenSubject {
  /** The recipient's row, below 2^40. */
  readonly recipientId: number;
  readonly directiveId: string;
  /** SHA-256 of the official words, in hex. */
  readonly contentHash: string;
  /** Canonical. */
  readonly address: string;
}

export interface TokenKey {
  /** 0 to 255: which key signed, so that keys can be changed while tokens are out. */
  readonly id: number;
  readonly secret: Buffer;
}

/** 88 bits: a guess can only be tried here, one at a time. */
const macBytes = 11;
const plainBytes = 9;
const hourMs = 3_600_000;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Expiry is kept in whole hours, the one that has begun. */
export function signOutsideToken(key: TokenKey, subject: TokenSubject, expiresAt: Date): string {
  const plain = Buffer.alloc(plainBytes);
  plain.writeUInt8(key.id, 0);
  plain.writeUIntBE(Math.ceil(expiresAt.getTime() / hourMs), 1, 3);
  plain.writeUIntBE(subject.recipientId, 4, 5);
  return toBase32(Buffer.concat([plain, macOf(key, plain, subject)]));
}

export interface ReadToken {
  readonly keyId: number;
  readonly expiresAt: Date;
  readonly recipientId: number;
}

/** What a token says of itself, which is nothing until `isOutsideToken` has proven it; undefined: it is no token. */
export function readOutsideToken(token: string): ReadToken | undefined {
  const octets = fromBase32(token);
  if (octets === undefined) return undefined;
  return {
    keyId: octets.readUInt8(0),
    expiresAt: new Date(octets.readUIntBE(1, 3) * hourMs),
    recipientId: octets.readUIntBE(4, 5),
  };
}

/** Whether one of the keys signed the token for exactly this, and it has not expired. Constant in time for the HMAC. */
export function isOutsideToken(
  keys: readonly TokenKey[],
  token: string,
  subject: TokenSubject,
  at: Date,
): boolean {
  const octets = fromBase32(token);
  const read = readOutsideToken(token);
  const key = keys.find(({ id }) => id === read?.keyId);
  if (octets === undefined || read === undefined || key === undefined) return false;
  const expected = macOf(key, octets.subarray(0, plainBytes), subject);
  if (!timingSafeEqual(expected, octets.subarray(plainBytes))) return false;
  return read.recipientId === subject.recipientId && at < read.expiresAt;
}

function macOf(key: TokenKey, plain: Buffer, subject: TokenSubject): Buffer {
  const bound = JSON.stringify([
    'directive.acknowledge',
    subject.recipientId,
    subject.directiveId,
    subject.contentHash,
    subject.address,
  ]);
  return createHmac('sha256', key.secret).update(plain).update(bound).digest().subarray(0, macBytes);
}

/** Twenty octets are whole groups of five bits, so that there is one spelling only. */
export const tokenCharacters = ((plainBytes + macBytes) * 8) / 5;

/** RFC 4648, section 6, in lower case and without padding: an address knows no case. */
function toBase32(octets: Buffer): string {
  let bits = '';
  for (const octet of octets) bits += octet.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((group) => alphabet.charAt(Number.parseInt(group.padEnd(5, '0'), 2)))
    .join('');
}

function fromBase32(text: string): Buffer | undefined {
  const lower = text.toLowerCase();
  if (lower.length !== tokenCharacters || !/^[a-z2-7]+$/.test(lower)) return undefined;
  const bits = Array.from(lower, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const octets = bits.match(/.{8}/g) ?? [];
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
}

/** The first key of a hub, from its own secret, for this purpose alone. */
export function outsideTokenKey(hubSecret: Buffer): TokenKey {
  return { id: 1, secret: createHmac('sha256', hubSecret).update('outside token 1').digest() };
}
