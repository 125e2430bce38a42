import { describe, expect, it } from 'vitest';
import {
  checkSigner,
  maySignAs,
  signatureLines,
  signingAuthorities,
  type Signer,
  type SigningPost,
} from '#domain/document/signing-authority.ts';

const name = 'Nguyễn Văn An';

describe('signatureLines', () => {
  it.each<[readonly string[], Signer]>([
    [['GIÁM ĐỐC'], { authority: 'own', position: 'Giám đốc', fullName: name }],
    [
      ['TM. ỦY BAN NHÂN DÂN', 'CHỦ TỊCH'],
      { authority: 'TM', onBehalfOf: 'Ủy ban nhân dân', position: 'Chủ tịch', fullName: name },
    ],
    [
      ['KT. GIÁM ĐỐC', 'PHÓ GIÁM ĐỐC'],
      { authority: 'KT', onBehalfOf: 'Giám đốc', position: 'Phó Giám đốc', fullName: name },
    ],
    [
      ['TL. GIÁM ĐỐC', 'CHÁNH VĂN PHÒNG'],
      { authority: 'TL', onBehalfOf: 'Giám đốc', position: 'Chánh Văn phòng', fullName: name },
    ],
    [
      ['TUQ. GIÁM ĐỐC', 'TRƯỞNG PHÒNG'],
      { authority: 'TUQ', onBehalfOf: 'Giám đốc', position: 'Trưởng phòng', fullName: name },
    ],
    [['Q. GIÁM ĐỐC'], { authority: 'Q', position: 'Giám đốc', fullName: name }],
  ])('writes %j', (lines, signer) => {
    expect(signatureLines(signer)).toEqual(lines);
  });
});

describe('maySignAs', () => {
  const head: SigningPost = { isHead: true, bySignDelegation: false };
  const deputy: SigningPost = { isHead: false, bySignDelegation: false, signingAuthority: 'KT' };
  const chief: SigningPost = { isHead: false, bySignDelegation: false, signingAuthority: 'TL' };
  const specialist: SigningPost = { isHead: false, bySignDelegation: false };
  const delegate: SigningPost = { isHead: true, bySignDelegation: true };

  it.each<[string, SigningPost, readonly string[]]>([
    ['the head', head, ['own', 'TM', 'Q']],
    ['a deputy', deputy, ['KT']],
    ['a chief of office', chief, ['TL']],
    ['a specialist', specialist, []],
    ['who signs by delegation', delegate, ['TUQ']],
  ])('lets %s sign as %3$j and nothing else', (_who, post, allowed) => {
    expect(signingAuthorities.filter((authority) => maySignAs(post, authority))).toEqual(allowed);
  });
});

describe('checkSigner', () => {
  it('wants to know in whose name, where it is in another’s', () => {
    expect(() => checkSigner({ authority: 'KT', position: 'Phó', fullName: name })).toThrow('bad_input');
    expect(() =>
      checkSigner({ authority: 'own', onBehalfOf: 'Giám đốc', position: 'Phó', fullName: name }),
    ).toThrow('bad_input');
  });

  it('keeps to Appendix VI: 100 characters of post, 50 of name', () => {
    const long = (position: number, fullName: number) => () =>
      checkSigner({ authority: 'own', position: 'a'.repeat(position), fullName: 'b'.repeat(fullName) });
    expect(long(100, 50)).not.toThrow();
    expect(long(101, 50)).toThrow('text_too_long');
    expect(long(100, 51)).toThrow('text_too_long');
  });
});
