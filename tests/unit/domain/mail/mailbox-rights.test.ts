import { describe, expect, it } from 'vitest';

import {
  everyRight,
  flagsAllowed,
  formatRights,
  mayChange,
  officerRights,
  parseRights,
  rightBit,
} from '#domain/mail/mailbox-rights.ts';
import { flagBit } from '#domain/mail/structure.ts';

describe('parseRights', () => {
  it('reads letters, the obsolete ones too, and refuses what is none', () => {
    expect(parseRights('')).toBe(0);
    expect(parseRights('lrs')).toBe(rightBit.l | rightBit.r | rightBit.s);
    expect(parseRights('c')).toBe(rightBit.k);
    expect(parseRights('d')).toBe(rightBit.e | rightBit.t | rightBit.x);
    for (const bad of ['z', 'L', 'lr s', 'toString', '0'])
      expect(() => parseRights(bad)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});

describe('formatRights', () => {
  it('writes them in the order of the RFC, and the obsolete ones where any of theirs is held', () => {
    expect(formatRights(everyRight)).toBe('lrswipkxteacd');
    expect(formatRights(rightBit.t)).toBe('td');
    expect(formatRights(0)).toBe('');
    expect(parseRights(formatRights(officerRights))).toBe(officerRights);
  });
});

describe('the rights by the organisation', () => {
  it('are those that the schema gives: a released migration does not change with the code', () => {
    expect([everyRight, officerRights]).toEqual([2047, 1023]);
  });
});

describe('flagsAllowed', () => {
  it('gives each right its flags', () => {
    expect(flagsAllowed(rightBit.s)).toBe(flagBit.seen);
    expect(flagsAllowed(rightBit.t)).toBe(flagBit.deleted);
    expect(flagsAllowed(rightBit.w)).toBe(flagBit.answered | flagBit.flagged | flagBit.draft);
    expect(flagsAllowed(rightBit.l | rightBit.r | rightBit.a)).toBe(0);
  });
});

describe('mayChange', () => {
  it('is false for who only reads and posts', () => {
    expect(mayChange(rightBit.l | rightBit.r | rightBit.p | rightBit.a)).toBe(false);
    for (const letter of ['i', 'e', 's', 'w', 't'] as const) expect(mayChange(rightBit[letter])).toBe(true);
  });
});
