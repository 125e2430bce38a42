import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { authorsOf, completeHeader } from '#mail/smtp/submission-header.ts';

const own = { messageId: '<own@ours.example>', at: new Date('2016-01-04T00:30:00Z') };
const complete = (text: string): string => completeHeader(Buffer.from(text), own).toString();

describe('completeHeader', () => {
  it('adds Message-ID and Date only where they are missing', () => {
    expect(complete('From: a@b.example\r\n\r\nx\r\n')).toBe(
      'Message-ID: <own@ours.example>\r\nDate: Mon, 04 Jan 2016 07:30:00 +0700\r\nFrom: a@b.example\r\n\r\nx\r\n',
    );
    const whole = 'message-id: <1@b.example>\r\nDATE: x\r\nFrom: a@b.example\r\n\r\nDate: thân thư\r\n';
    expect(complete(whole)).toBe(whole);
  });

  it('removes every Bcc and Return-Path of the header with its folded lines, and nothing of the body', () => {
    const header = 'Message-ID: <1@b.example>\r\nDate: x\r\n';
    expect(
      complete(
        `Bcc: a@b.example,\r\n c@b.example\r\n${header}bcc : d@b.example\r\nReturn-Path: <e@b.example>\r\nResent-Bcc: f@b.example\r\n\r\nBcc: g@b.example\r\n`,
      ),
    ).toBe(`${header}\r\nBcc: g@b.example\r\n`);
  });

  it('keeps every octet of a body, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        const head = Buffer.from('From: a@b.example\r\nBcc: x@b.example\r\n\r\n');
        const completed = completeHeader(Buffer.concat([head, body]), own);
        expect(completed.subarray(completed.length - body.length).equals(Buffer.from(body))).toBe(true);
        expect(completed.toString('latin1')).not.toContain('x@b.example\r\n\r\nBcc');
      }),
    );
  });
});

describe('authorsOf', () => {
  const authors = (header: string): readonly string[] =>
    authorsOf(Buffer.from(`${header}\r\n\r\nFrom: body@b.example`));

  it('names the one author, and the sender beside it', () => {
    expect(authors('From: Lan <a@b.example>')).toEqual(['a@b.example']);
    expect(authors('From: a@b.example\r\nSender: c@b.example')).toEqual(['a@b.example', 'c@b.example']);
    expect(authors('From: "x@y.example" <a@b.example> (z@y.example)')).toEqual(['a@b.example']);
  });

  it.each([
    ['none', 'To: a@b.example'],
    ['two fields', 'From: a@b.example\r\nFrom: c@b.example'],
    ['two addresses', 'From: a@b.example, c@b.example'],
    ['a group', 'From: nhóm: a@b.example;'],
    ['two senders', 'From: a@b.example\r\nSender: a@b.example\r\nSender: c@b.example'],
    ['an empty sender', 'From: a@b.example\r\nSender:'],
    ['no header at all', 'chào'],
  ])('names nobody for %s (S8)', (_name, header) => {
    expect(authors(header)).toEqual([]);
  });
});
