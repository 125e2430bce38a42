import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplyReader, ReplyFault, replyText, statusOf } from '#mail/outbound/smtp-reply.ts';

const read = (text: string) => createReplyReader().push(Buffer.from(text));

describe('createReplyReader', () => {
  it('joins the lines of a reply and keeps the enhanced status of the first', () => {
    const [reply] = read('250-2.1.0 Sender\r\n250 ok\r\n');
    expect(reply).toEqual({ code: 250, status: '2.1.0', lines: ['2.1.0 Sender', 'ok'] });
  });

  it('reads the same however the octets are cut', () => {
    const text = '220-a\r\n220 b\r\n550 5.1.1 no\r\n250\r\n';
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), (a, b) => {
        const reader = createReplyReader();
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        const replies = pieces.flatMap((piece) => reader.push(Buffer.from(piece)));
        expect(replies.map(({ code }) => code)).toEqual([220, 550, 250]);
      }),
    );
  });

  it('F15 throws nothing but ReplyFault, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        try {
          read(`${text}\r\n`);
        } catch (error) {
          expect(error).toBeInstanceOf(ReplyFault);
        }
      }),
    );
  });

  for (const [name, text] of [
    ['a line of more than 2 KiB', `250 ${'x'.repeat(2_050)}\r\n`],
    ['a line without end', 'x'.repeat(2_050)],
    ['more than 100 lines', '250-x\r\n'.repeat(101)],
    ['two codes in one reply', '250-x\r\n550 y\r\n'],
    ['a code of no class', '650 x\r\n'],
  ] as const) {
    it(`F15 refuses ${name}`, () => {
      expect(() => read(text)).toThrow(ReplyFault);
    });
  }

  it('drops what has begun to arrive (S4)', () => {
    const reader = createReplyReader();
    reader.push(Buffer.from('250-evil\r\n250-half'));
    expect(reader.drop()).toBeGreaterThan(0);
    expect(reader.push(Buffer.from('220 new\r\n'))).toHaveLength(1);
    expect(reader.drop()).toBe(0);
  });

  it('leaves no control characters in a text that is kept and shown', () => {
    const [reply] = read('550 no\0 \u001b[31m\u202euser\r\n');
    expect(reply && replyText(reply)).toBe('550 no? ?[31m?user');
  });
});

describe('statusOf', () => {
  it('is the enhanced status only where it fits the code', () => {
    const status = (text: string) => read(text).map(statusOf)[0];
    expect(status('450 4.2.1 busy\r\n')).toBe('4.2.1');
    expect(status('450 5.2.1 busy\r\n')).toBe('4.0.0');
    expect(status('550 no\r\n')).toBe('5.0.0');
  });
});
