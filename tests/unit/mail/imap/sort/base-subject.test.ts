import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { baseSubject } from '#mail/imap/sort/base-subject.ts';

describe('baseSubject', () => {
  it.each([
    ['Họp giao ban', 'Họp giao ban', false],
    ['Re: Họp', 'Họp', true],
    ['RE: re: Fwd: fw:Họp', 'Họp', true],
    ['Re [2]: Họp', 'Họp', true],
    ['[noi-bo] Re: [noi-bo] Họp', 'Họp', true],
    ['[noi-bo] Họp', 'Họp', false],
    ['[a][b]', '[b]', false],
    ['[a] [b] c', 'c', false],
    ['[chỉ có vậy]', '[chỉ có vậy]', false],
    ['Họp (fwd)  (FWD) ', 'Họp', true],
    ['[Fwd: Họp]', 'Họp', true],
    ['[fwd: [Fwd: Re: Họp (fwd)]]', 'Họp', true],
    ['Re:', '', true],
    ['Regarding: this', 'Regarding: this', false],
    ['  a \t  b  ', 'a b', false],
    [`=?UTF-8?B?${Buffer.from('Re: Chỉ đạo').toString('base64')}?=`, 'Chỉ đạo', true],
    ['', '', false],
  ])('%j is %j', (subject, text, isReplyOrForward) => {
    expect(baseSubject(subject)).toEqual({ text, isReplyOrForward });
  });

  it('does not change what it has given', () => {
    const piece = fc.constantFrom('re', 'fwd', ':', '[', ']', ' ', '(fwd)', '[fwd:', 'x', '[a]', 'Re: ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { text } = baseSubject(pieces.join(''));
        expect(baseSubject(text).text).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['[a]', '[', 're:', 're[', '[fwd:', '(fwd)', ' ', '[a '])('I6 is linear in many %j', (piece) => {
    const base = baseSubject(piece.repeat(200_000));
    expect(base.text.length).toBeLessThanOrEqual(piece.length * 200_000);
  });
});
