import { describe, expect, it } from 'vitest';
import {
  deviceMark,
  hashAppPassword,
  hashToken,
  isDeviceMark,
  newAppPassword,
  newToken,
} from '#app/access/tokens.ts';

describe('newToken', () => {
  it('H8 is 256 random bits, of which only the hash is for keeping', () => {
    const tokens = Array.from({ length: 200 }, newToken);
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(200);
    for (const { token, hash } of tokens) {
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      expect(hash).toEqual(hashToken(token));
      expect(hash.toString('base64url')).not.toBe(token);
      // A ticket begins with `t.`: no token of a program may be taken for one.
      expect(token).not.toContain('.');
    }
  });
});

describe('newAppPassword', () => {
  it('is seven groups of four letters that none mistakes for another', () => {
    for (const secret of Array.from({ length: 50 }, newAppPassword))
      expect(secret).toMatch(/^(?:[a-km-np-z2-9]{4}-){6}[a-km-np-z2-9]{4}$/);
  });

  it('is the same with or without its dashes, spaces and capitals', () => {
    const secret = newAppPassword();
    const typed = [
      secret.replaceAll('-', ''),
      secret.replaceAll('-', ' '),
      secret.toUpperCase(),
      ` ${secret} `,
    ];
    for (const text of typed) expect(hashAppPassword(text)).toEqual(hashAppPassword(secret));
    expect(hashAppPassword(newAppPassword())).not.toEqual(hashAppPassword(secret));
  });
});

describe('deviceMark', () => {
  const secret = Buffer.from('a secret of this hub');
  it('H9 proves one account on one hub and nothing else', () => {
    const mark = deviceMark(secret, 'a1');
    expect(isDeviceMark(secret, 'a1', mark)).toBe(true);
    expect(isDeviceMark(secret, 'a2', mark)).toBe(false);
    expect(isDeviceMark(secret, 'a2', mark.replace('a1', 'a2'))).toBe(false);
    expect(isDeviceMark(Buffer.from('another hub'), 'a1', mark)).toBe(false);
    for (const forged of [undefined, '', 'a1.', `${mark}x`, mark.slice(0, -1)])
      expect(isDeviceMark(secret, 'a1', forged)).toBe(false);
  });
});
