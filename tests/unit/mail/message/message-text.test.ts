import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageText } from '#mail/message/message-text.ts';
import { searchedOctetsMax } from '#mail/message/mime-limit.ts';

const message = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'));
const bodyOf = (...lines: readonly string[]): string => messageText(message(...lines)).body;

describe('messageText', () => {
  it('decodes the header, each field on a line', () => {
    const { header } = messageText(
      message(
        'Subject: =?utf-8?B?Q2jhu4kgxJHhuqFv?= =?utf-8?Q?_kh=E1=BA=A9n?=',
        'X-So: 15\r\n /UBND',
        '',
        'x',
      ),
    );
    expect(header.split('\n')).toEqual(['subject: Chỉ đạo khẩn', 'x-so: 15 /UBND']);
  });

  it('decodes text parts, each alternative that says something else, attached ones too', () => {
    const body = bodyOf(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('Yêu cầu báo cáo').toString('base64'),
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>bằng HTML</p>',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Yêu cầu</p> <b>báo cáo</b>',
      '--b--',
      '--a',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'tr=C6=B0=E1=BB=9Bc 17 gi=E1=BB=9D',
      '--a',
      'Content-Type: text/plain',
      'Content-Disposition: attachment; filename=a.txt',
      '',
      'attached',
      '--a--',
    );
    expect(body).toBe('Yêu cầu báo cáo\nbằng HTML\ntrước 17 giờ\nattached');
  });

  it('has the fields of parts in the header, and file names as they are read (RFC 9051, section 6.4.4)', () => {
    const { header, body } = messageText(
      message(
        'Subject: thu',
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        'Content-Type: application/pdf; name="=?utf-8?Q?C=C3=B4ng?= van.pdf"',
        "Content-Disposition: attachment; filename*=utf-8''B%C3%A1o%20c%C3%A1o.pdf",
        '',
        'JVBERi0=',
        '--a',
        'Content-Type: message/rfc822',
        '',
        'Subject: trong',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Description: ban ve',
        '',
        'x',
        '--b--',
        '--a--',
      ),
    );
    for (const words of ['application/pdf', 'Công van.pdf', 'Báo cáo.pdf', 'content-description: ban ve'])
      expect(header).toContain(words);
    for (const words of ['pdf', 'ban ve', 'boundary=a']) expect(body).not.toContain(words);
    expect(body).toContain('subject: trong');
  });

  it('reads HTML where the plain text says nothing, and what is in a message inside', () => {
    const body = bodyOf(
      'Content-Type: multipart/mixed; boundary=a',
      '',
      '--a',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      '',
      ' ',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<title>no</title><p>Kính gửi <b>các</b> sở</p>',
      '--b--',
      '--a',
      'Content-Type: message/rfc822',
      '',
      'Subject: thư chuyển',
      '',
      'bên trong',
      '--a--',
    );
    expect(body).toBe('Kính gửi các sở\nsubject: thư chuyển\nbên trong');
  });

  it('never throws, whatever the octets are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const { header, body } = messageText(bytes);
        expect(typeof header + typeof body).toBe('stringstring');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['10,000 blocks', '<div>'.repeat(10_000)],
    ['100,000 blocks', '<div>'.repeat(100_000)],
    ['100,000 marks that are never closed', '<b><i><u><p>'.repeat(25_000)],
    ['100,000 tables in cells', '<table><tr><td>'.repeat(33_000)],
    ['100,000 lists and quotes', '<ul><li><blockquote>'.repeat(33_000)],
  ])('M5 reads the text below %s of HTML', (_name, tags) => {
    const text = messageText(
      message('Subject: thu', 'Content-Type: text/html; charset=utf-8', '', `${tags}Hỏa tốc`),
    );
    expect(text).toEqual({ header: 'subject: thu\ncontent-type: text/html; charset=utf-8', body: 'Hỏa tốc' });
  });

  it('M4 unpacks nothing: of archives, TNEF and uuencoded files not an octet is text', () => {
    const packed = deflateRawSync(Buffer.alloc(50_000_000, 'mat khau'));
    expect(packed.length).toBeLessThan(100_000);
    for (const type of ['application/zip', 'application/gzip', 'application/ms-tnef', 'message/partial']) {
      const body = bodyOf(
        `Content-Type: ${type}`,
        'Content-Transfer-Encoding: base64',
        '',
        packed.toString('base64'),
      );
      expect(body).toBe('');
    }
    const uuencoded = ['begin 644 a.zip', '#0V%T', '`', 'end'];
    expect(bodyOf('Content-Type: text/plain', '', ...uuencoded)).toBe(uuencoded.join('\r\n'));
    // Packed text is not text, and a transfer encoding that unpacks is none.
    for (const encoding of ['gzip', 'deflate', 'x-uuencode'])
      expect(
        bodyOf('Content-Type: text/plain', `Content-Transfer-Encoding: ${encoding}`, '', ...uuencoded),
      ).toBe(uuencoded.join('\r\n'));
  });

  it('M4 decodes to no more octets than were sent, and no more than 4 MiB of them', () => {
    const encodings: readonly (readonly [string, string])[] = [
      ['base64', 'QUJD'],
      ['quoted-printable', '=41'],
      ['quoted-printable', 'A=\r\n'],
      ['7bit', 'ABC'],
    ];
    for (const [encoding, piece] of encodings) {
      const sent = piece.repeat(Math.ceil((searchedOctetsMax * 1.5) / piece.length));
      const body = bodyOf('Content-Type: text/plain', `Content-Transfer-Encoding: ${encoding}`, '', sent);
      expect(body.length).toBeGreaterThan(0);
      expect(body.length).toBeLessThanOrEqual(searchedOctetsMax);
    }
  });
});
