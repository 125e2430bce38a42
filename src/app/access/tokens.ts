import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits; only the hash is stored. */
export function newToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** 28 letters and digits in groups of four: 140 random bits, typed once into a mail client. */
export function newAppPassword(): string {
  // 32 characters, so that a byte maps without bias; none looks like another.
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  const letters = [...randomBytes(28)].map((byte) => alphabet.charAt(byte % 32));
  return [0, 1, 2, 3, 4, 5, 6].map((group) => letters.slice(group * 4, group * 4 + 4).join('')).join('-');
}

/** Spaces and dashes are for the eye only. */
export function hashAppPassword(secret: string): Buffer {
  return hashToken(secret.replaceAll(/[\s-]/g, '').toLowerCase());
}

/** Proves that a browser has signed in to this account before. */
export function deviceMark(secret: Buffer, accountId: string): string {
  return `${accountId}.${createHmac('sha256', secret).update(`device ${accountId}`).digest('base64url')}`;
}

export function isDeviceMark(secret: Buffer, accountId: string, mark: string | undefined): boolean {
  if (mark === undefined) return false;
  const expected = Buffer.from(deviceMark(secret, accountId));
  const given = Buffer.from(mark);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
