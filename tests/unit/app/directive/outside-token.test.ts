import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOutsideToken, readOutsideToken, signOutsideToken } from '#app/directive/outside-token.ts';

const key = { id: 1, secret: Buffer.from('khóa thử nghiệm') };
const subject = {
  recipientId: 1_099_511_627_775,
  directiveId: '6f1d2c3b-4a59-4687-8f0e-1d2c3b4a5968',
  contentHash: 'ab'.repeat(32),
  address: 'lan@congty.example',
};
const at = new Date('2016-05-11T01:00:00Z');
const expiresAt = new Date('2016-05-25T01:00:00Z');
const token = signOutsideToken(key, subject, expiresAt);

describe('an outside token', () => {
  it('is accepted for what it was made for, in any case', () => {
    expect(isOutsideToken([key], token, subject, at)).toBe(true);
    expect(isOutsideToken([key], token.toUpperCase(), subject, at)).toBe(true);
    expect(readOutsideToken(token)).toEqual({ keyId: 1, expiresAt, recipientId: subject.recipientId });
    // With a name of 31 characters before it, it is still a local part (RFC 5321, section 4.5.3.1.1).
    expect(token.length).toBe(32);
  });

  it('is refused when it has expired', () => {
    expect(isOutsideToken([key], token, subject, expiresAt)).toBe(false);
  });

  it('is refused for another directive, other words, another address or another row', () => {
    for (const other of [
      { directiveId: '00000000-0000-4000-8000-000000000000' },
      { contentHash: 'cd'.repeat(32) },
      { address: 'minh@congty.example' },
      { recipientId: 7 },
    ])
      expect(isOutsideToken([key], token, { ...subject, ...other }, at)).toBe(false);
  });

  it('is refused under another key, and under the same secret with another id', () => {
    expect(isOutsideToken([{ id: 1, secret: Buffer.from('khác') }], token, subject, at)).toBe(false);
    expect(isOutsideToken([{ ...key, id: 2 }], token, subject, at)).toBe(false);
    expect(isOutsideToken([], token, subject, at)).toBe(false);
  });

  it('outlives a change of keys while the old one is kept', () => {
    const keys = [{ id: 2, secret: Buffer.from('khóa mới') }, key];
    expect(isOutsideToken(keys, token, subject, at)).toBe(true);
  });

  it('is refused with any letter changed, and never makes a reader throw', () => {
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz234567')),
        (place, letter) => {
          fc.pre(token.charAt(place) !== letter);
          const forged = `${token.slice(0, place)}${letter}${token.slice(place + 1)}`;
          expect(isOutsideToken([key], forged, subject, at)).toBe(false);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isOutsideToken([key], text, subject, at)).toBe(false);
      }),
    );
  });
});
