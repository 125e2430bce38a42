import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '#mail/message/parse-message.ts';
import { octetsOf } from './message-shape.ts';

const parse = (...lines: string[]): ReturnType<typeof parseMessage> => parseMessage(octetsOf(lines));

describe('parseMessage', () => {
  it.each([
    ['List-Id: Tin nội bộ <tin.binhthuan.example>', 'tin.binhthuan.example'],
    ['List-Id: <TIN.BinhThuan.example>', 'tin.binhthuan.example'],
    ['List-Id: tin.binhthuan.example', 'tin.binhthuan.example'],
    ['List-Id: hai tu', undefined],
    ['Subject: Thư', undefined],
  ])('reads the id of the list from %j', (field, id) => {
    expect(parse('From: a@b.example', field, '', 'Xin chào').listId).toBe(id);
  });

  it('gives what a reply says', () => {
    const { structure: _structure, ...parsed } = parse(
      'From: =?utf-8?Q?Nguy=E1=BB=85n_V=C4=83n_A?= <A@BinhThuan.example>',
      'To: Nơi nhận: vt@binhthuan.example, "a b"@c.example;',
      'Date: Mon, 4 Jan 2016 07:30:00 +0700 (ICT)',
      'Subject: Re: =?utf-8?B?Q2jhu4kgxJHhuqFv?=',
      'Message-ID: <2@binhthuan.example>',
      'In-Reply-To: <1@binhthuan.example> (thư)',
      'References: <0@binhthuan.example>',
      ' <1@binhthuan.example>',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Đã nhận',
    );
    expect(parsed).toEqual({
      subject: 'Re: Chỉ đạo',
      messageId: '<2@binhthuan.example>',
      inReplyTo: '<1@binhthuan.example>',
      references: ['<0@binhthuan.example>', '<1@binhthuan.example>'],
      fromAddress: 'A@binhthuan.example',
      toAddresses: ['vt@binhthuan.example', '"a b"@c.example'],
      sentAt: new Date('2016-01-04T00:30:00Z'),
      secretStamp: undefined,
      autoSubmitted: false,
      firstLines: 'Đã nhận\r\n',
    });
  });

  it('takes nobody for the author when there are several (S20)', () => {
    expect(parse('From: a@b', 'From: c@d', '', '').fromAddress).toBeUndefined();
    expect(parse('From: a@b, c@d', '', '').fromAddress).toBeUndefined();
    expect(parse('Subject: a', '', '').fromAddress).toBeUndefined();
  });

  it('knows what a machine wrote', () => {
    const automatic = [
      'Auto-Submitted: auto-replied',
      'Auto-Submitted: auto-generated; x=y',
      'Auto-Submitted: no-reply',
      'X-Auto-Response-Suppress: All',
      'Precedence: bulk',
      'Precedence: LIST',
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\n--b--',
      'Content-Type: message/disposition-notification',
    ];
    for (const field of automatic) expect(parse(field, '', '').autoSubmitted, field).toBe(true);
    for (const field of [
      'Auto-Submitted: no',
      'Auto-Submitted: No (người viết)',
      'Precedence: first-class',
    ]) {
      expect(parse(field, '', '').autoSubmitted, field).toBe(false);
    }
  });

  it('gives the first lines of the first text, not of an attachment, and HTML only without text', () => {
    const mixed = ['Content-Type: multipart/mixed; boundary=b', '', '--b'];
    const attached = ['Content-Type: text/plain', 'Content-Disposition: attachment', '', 'tệp', '--b'];
    const html = [
      'Content-Type: text/html; charset=utf-8',
      '',
      '<style>p{}</style><p>Đã&nbsp;nhận</p><p>A',
      '--b',
    ];
    expect(parse(...mixed, ...attached, ...html, '', 'chữ', '--b--').firstLines).toBe('chữ');
    expect(parse(...mixed, ...attached, ...html).firstLines).toBe('Đã nhận\nA');
  });

  it('cuts the first lines at 4 KiB and at a whole letter', () => {
    const { firstLines } = parse('Content-Type: text/plain; charset=utf-8', '', 'ệ'.repeat(5_000));
    expect(firstLines).toBe('ệ'.repeat(1_365));
  });

  it('reads text by its charset, and text without one as UTF-8 or Latin-1', () => {
    const text = (type: string, ...octets: number[]): string =>
      parseMessage(Buffer.concat([Buffer.from(`${type}\r\n\r\n`), Buffer.from(octets)])).firstLines;
    expect(text('Content-Type: text/plain; charset=windows-1258', 0xf0, 0xf5)).toBe('đơ');
    expect(text('X: a', 0xc4, 0x91)).toBe('đ');
    expect(text('X: a', 0x63, 0xe0)).toBe('cà');
    expect(text('Content-Type: text/plain; charset=khong-co', 0xc4, 0x91)).toBe('đ');
  });

  it('reads dates of every form and refuses the rest', () => {
    const sentAt = (date: string): string | undefined => parse(`Date: ${date}`, '', '').sentAt?.toISOString();
    expect(sentAt('04 Jan 2016 07:30 +0700')).toBe('2016-01-04T00:30:00.000Z');
    expect(sentAt('Mon, 4 Jan 16 07:30:05 GMT')).toBe('2016-01-04T07:30:05.000Z');
    expect(sentAt('hôm qua')).toBeUndefined();
    expect(sentAt('')).toBeUndefined();
  });

  it('never throws, and gives no NUL to the database', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'From: ',
        'To: ',
        'Date: ',
        'Subject: =?utf-8?Q?=00',
        'Content-Type: text/html',
        '\r\n',
        '\r\n\r\n',
        '<p>',
        '&#0;',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const parsed = parseMessage(Buffer.from(pieces.join('')));
        expect(JSON.stringify(parsed)).not.toContain(String.raw`\u0000`);
      }),
      { numRuns: 1_000 },
    );
  });
});
