import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mimePartsMax } from '#mail/message/mime-limit.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';
import { octetsOf, partsOf, rangeFaults, shapeOf } from './message-shape.ts';

const mixed = 'Content-Type: multipart/mixed; boundary="b"';

const messages: readonly [name: string, lines: readonly string[], shape: string][] = [
  [
    'a plain message',
    ['Subject: a', '', 'Kính gửi', 'Sở Nội vụ'],
    'text/plain "Kính gửi\\r\\nSở Nội vụ\\r\\n"',
  ],
  ['an empty body', ['Subject: a', ''], 'text/plain ""'],
  ['a header without its empty line', ['Subject: a'], 'text/plain ""'],
  ['no header, only the empty line', ['', 'Nội dung'], 'text/plain "Nội dung\\r\\n"'],
  [
    'no header at all',
    ['Kính gửi các đơn vị', '', 'Nội dung'],
    'text/plain "Kính gửi các đơn vị\\r\\n\\r\\nNội dung\\r\\n"',
  ],
  [
    'a first line that begins with a space',
    [' lạc', 'Subject: a', ''],
    'text/plain " lạc\\r\\nSubject: a\\r\\n\\r\\n"',
  ],
  [
    'the From line of an mbox',
    ['From a@b Mon Jan  4 07:00:00 2016', 'Content-Type: text/html', '', '<p>'],
    'text/html "<p>\\r\\n"',
  ],
  [
    'a line without colon in the header',
    ['Subject: a', 'đây không phải trường', 'Content-Type: text/html', '', 'x'],
    'text/html "x\\r\\n"',
  ],
  [
    'a multipart with preamble and epilogue',
    [mixed, '', 'mở đầu', '--b', '', 'một', '--b', 'Content-Type: text/html', '', '<p>hai', '--b--', 'kết'],
    'multipart/mixed(text/plain "một", text/html "<p>hai")',
  ],
  ['an empty part', [mixed, '', '--b', '--b--'], 'multipart/mixed(text/plain "")'],
  ['a part of one empty line', [mixed, '', '--b', '', '--b--'], 'multipart/mixed(text/plain "")'],
  [
    'a part whose header has no end',
    [mixed, '', '--b', 'Content-Type: text/html', '--b', '', 'x', '--b--'],
    'multipart/mixed(text/html "", text/plain "x")',
  ],
  [
    'a part without a header',
    [mixed, '', '--b', 'chỉ có chữ', '--b--'],
    'multipart/mixed(text/plain "chỉ có chữ")',
  ],
  [
    'an unclosed multipart',
    [mixed, '', '--b', '', 'một', '--b', '', 'hai'],
    'multipart/mixed(text/plain "một", text/plain "hai\\r\\n")',
  ],
  [
    'a multipart cut in a header',
    [mixed, '', '--b', '', 'một', '--b', 'Content-Type: te'],
    'multipart/mixed(text/plain "một", text/plain "")',
  ],
  [
    'a multipart without boundary',
    ['Content-Type: multipart/mixed', '', '--b', '', 'x', '--b--'],
    'text/plain "--b\\r\\n\\r\\nx\\r\\n--b--\\r\\n"',
  ],
  [
    'an empty boundary',
    ['Content-Type: multipart/mixed; boundary=""', '', '--', 'x'],
    'text/plain "--\\r\\nx\\r\\n"',
  ],
  ['a boundary that never comes', [mixed, '', 'nội dung'], 'text/plain "nội dung\\r\\n"'],
  ['a multipart that is closed at once', [mixed, '', '--b--', 'x'], 'text/plain "--b--\\r\\nx\\r\\n"'],
  [
    'white space behind boundaries',
    [mixed, '', '--b \t', '', 'x', '--b-- '],
    'multipart/mixed(text/plain "x")',
  ],
  [
    'a line that only begins like the boundary',
    [mixed, '', '--b', '', '--bc', '--b--'],
    'multipart/mixed(text/plain "--bc")',
  ],
  [
    'a boundary that ends in two dashes',
    ['Content-Type: multipart/mixed; boundary="b--"', '', '--b--', '', 'x', '--b----'],
    'multipart/mixed(text/plain "x")',
  ],
  [
    'a folded boundary',
    ['Content-Type: multipart/mixed; boundary="foo', ' bar"', '', '--foo bar', '', 'x', '--foo bar--'],
    'multipart/mixed(text/plain "x")',
  ],
  [
    'a boundary of 8-bit octets',
    ['Content-Type: multipart/mixed; boundary=ranh-giới', '', '--ranh-giới', '', 'x', '--ranh-giới--'],
    'multipart/mixed(text/plain "x")',
  ],
  [
    'an inner multipart closed by the outer boundary',
    [
      mixed,
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary=c',
      '',
      '--c',
      '',
      'trong',
      '--b',
      '',
      'ngoài',
      '--b--',
    ],
    'multipart/mixed(multipart/alternative(text/plain "trong"), text/plain "ngoài")',
  ],
  [
    'a nested multipart with the boundary of its parent',
    [mixed, '', '--b', mixed, '', '--b', '', 'trong', '--b--', '--b', '', 'ngoài', '--b--'],
    'multipart/mixed(multipart/mixed(text/plain "trong"), text/plain "ngoài")',
  ],
  [
    'a message inside',
    [mixed, '', '--b', 'Content-Type: message/rfc822', '', 'Subject: trong', '', 'thư', '--b--'],
    'multipart/mixed(message/rfc822{text/plain "thư"})',
  ],
  [
    'a multipart message inside, unclosed',
    [
      mixed,
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Content-Type: multipart/mixed; boundary=c',
      '',
      '--c',
      '',
      'thư',
      '--b--',
    ],
    'multipart/mixed(message/rfc822{multipart/mixed(text/plain "thư")})',
  ],
  [
    'an encoded message inside',
    ['Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'U3ViamVjdDogYQ=='],
    'message/rfc822 "U3ViamVjdDogYQ==\\r\\n"',
  ],
  [
    'an empty message inside',
    [mixed, '', '--b', 'Content-Type: message/rfc822', '', '--b--'],
    'multipart/mixed(message/rfc822{text/plain ""})',
  ],
  [
    'a digest',
    [
      'Content-Type: multipart/digest; boundary=b',
      '',
      '--b',
      '',
      'Subject: a',
      '',
      'x',
      '--b',
      'Content-Type: text/plain',
      '',
      'y',
      '--b--',
    ],
    'multipart/digest(message/rfc822{text/plain "x"}, text/plain "y")',
  ],
  ['a Content-Type that is none', ['Content-Type: chữ', '', 'x'], 'text/plain "x\\r\\n"'],
  ['a comment in Content-Type', ['Content-Type: (thư) TEXT/(loại) HTML', '', 'x'], 'text/html "x\\r\\n"'],
  [
    'two Content-Type fields',
    ['Content-Type: text/html', 'Content-Type: image/png', '', 'x'],
    'text/html "x\\r\\n"',
  ],
];

describe('parseStructure', () => {
  for (const [name, lines, shape] of messages) {
    it(`reads ${name}`, () => {
      const bytes = octetsOf(lines);
      const { root } = parseStructure(bytes);
      expect(shapeOf(bytes, root)).toBe(shape);
      expect(rangeFaults(bytes, root)).toEqual([]);
    });

    it(`reads ${name} with bare LF and with bare CR`, () => {
      for (const lineBreak of ['\n', '\r']) {
        const bytes = octetsOf(lines, lineBreak);
        const { root } = parseStructure(bytes);
        expect(shapeOf(bytes, root)).toBe(
          shape.replaceAll(String.raw`\r\n`, JSON.stringify(lineBreak).slice(1, -1)),
        );
        expect(rangeFaults(bytes, root)).toEqual([]);
      }
    });
  }

  it('gives exact octets for BODY[n], BODY[n.MIME], BODY[n.HEADER] and BODY[n.TEXT]', () => {
    const inner = 'From: a@binhthuan.example\r\nSubject: trong\r\n\r\n';
    const bytes = Buffer.from(
      `${mixed}\r\n\r\n--b\r\nContent-Type: text/x-own\r\n\r\nxin chào\r\n\r\n` +
        `--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}nội dung\r\n\r\n--b--\r\n`,
    );
    const [first, second] = parseStructure(bytes).root.parts ?? [];
    const text = (range: { start: number; end: number } | undefined): string =>
      bytes.subarray(range?.start, range?.end).toString('utf8');
    expect(text(first?.header)).toBe('Content-Type: text/x-own\r\n\r\n');
    expect(text(first?.body)).toBe('xin chào\r\n');
    expect(first?.lines).toBe(1);
    expect(text(second?.header)).toBe('Content-Type: message/rfc822\r\n\r\n');
    expect(text(second?.body)).toBe(`${inner}nội dung\r\n`);
    expect(text(second?.message?.root.header)).toBe(inner);
    expect(text(second?.message?.root.body)).toBe('nội dung\r\n');
    expect(second?.lines).toBe(4);
    expect(second?.message?.envelope.subject).toBe('trong');
  });

  it('counts the lines of text, an unended last line too', () => {
    const lines = (text: string): number | undefined => parseStructure(Buffer.from(`\r\n${text}`)).root.lines;
    expect([lines(''), lines('a'), lines('a\r\n'), lines('a\r\nb'), lines('\n\n')]).toEqual([0, 1, 1, 2, 2]);
    const part = (body: string): number | undefined =>
      parseStructure(Buffer.from(`${mixed}\n\n--b\n\n${body}\n--b--`)).root.parts?.[0]?.lines;
    expect([part(''), part('a'), part('a\n'), part('a\nb')]).toEqual([0, 1, 1, 2]);
  });

  it('keeps what a part header says', () => {
    const bytes = octetsOf([
      'Content-Type: Application/PDF; Name="báo cáo.pdf" (tệp); x-unix-mode = 0644',
      'Content-Transfer-Encoding: base64 (mã)',
      'Content-ID: <tep@binhthuan.example>',
      'Content-Description: Báo cáo',
      ' quý I',
      'Content-Disposition: ATTACHMENT; filename*0*=utf-8\'\'b%C3%A1o; filename*1=" cao.pdf"',
      'Content-Language: vi, en',
      'Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==',
      'Content-Location: bao-cao.pdf',
      '',
      'eA==',
    ]);
    const { header: _header, body: _body, ...said } = parseStructure(bytes).root;
    expect(said).toEqual({
      type: 'application',
      subtype: 'pdf',
      params: { name: 'báo cáo.pdf', 'x-unix-mode': '0644' },
      encoding: 'BASE64',
      id: '<tep@binhthuan.example>',
      description: 'Báo cáo quý I',
      disposition: { type: 'attachment', params: { 'filename*': "utf-8''b%C3%A1o%20cao.pdf" } },
      language: ['vi', 'en'],
      md5: 'Q2hlY2sgSW50ZWdyaXR5IQ==',
      location: 'bao-cao.pdf',
    });
  });

  it('says text/plain in us-ascii where nothing is said', () => {
    expect(parseStructure(Buffer.from('\r\nx')).root).toMatchObject({
      params: { charset: 'us-ascii' },
      encoding: '7BIT',
    });
  });

  it('reads absurd parameters', () => {
    const params = (value: string): unknown =>
      parseStructure(Buffer.from(`Content-Type: text/plain${value}\r\n\r\n`)).root.params;
    expect(params(';;; =x; charset; charset=utf-8; charset=latin1;')).toEqual({ charset: 'utf-8' });
    expect(params('; name="chưa đóng')).toEqual({ name: 'chưa đóng' });
    expect(params('; name=hai từ; a=b(1) (chú thích)')).toEqual({ name: 'hai từ', a: 'b(1)' });
    expect(params(String.raw`; name="a\"b\\c;d"`)).toEqual({ name: String.raw`a"b\c;d` });
    expect(params('; n*1=b; n*0=a; n*3=d')).toEqual({ n: 'ab' });
    expect(params('; name=caf\u00e9'.replace('\u00e9', '\0'))).toEqual({ name: 'caf?' });
    expect(Object.keys(params('; __proto__=x') as object)).toEqual(['__proto__']);
  });

  it('reads 8-bit headers as UTF-8, else as Latin-1', () => {
    const subject = (octets: Buffer): string | undefined =>
      parseStructure(Buffer.concat([Buffer.from('Subject: '), octets, Buffer.from('\r\n\r\n')])).envelope
        .subject;
    expect(subject(Buffer.from('Chỉ đạo'))).toBe('Chỉ đạo');
    expect(subject(Buffer.from([0x63, 0xe0]))).toBe('cà');
  });

  it('does not take a bare CR for a line break in a message that has LF', () => {
    const { envelope } = parseStructure(Buffer.from('Subject: a\rFrom: giả@binhthuan.example\r\n\r\n'));
    expect(envelope).toEqual({ subject: 'a From: giả@binhthuan.example' });
  });

  it('returns from 10,000 nested multiparts, and from as many messages in messages (M1)', () => {
    const deep = [
      Array.from(
        { length: 10_000 },
        (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
      ),
      Array.from({ length: 10_000 }, () => `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n`),
      Array.from({ length: 10_000 }, () => 'Content-Type: message/rfc822\r\n\r\n'),
    ];
    for (const pieces of deep) {
      const bytes = Buffer.from(pieces.join(''));
      const structure = parseStructure(bytes);
      const parts = [...partsOf(structure)];
      expect(parts.length).toBeLessThanOrEqual(mimePartsMax);
      expect(parts.at(-1)).toMatchObject({
        type: 'application',
        subtype: 'octet-stream',
        body: { end: bytes.length },
      });
      expect(rangeFaults(bytes, structure.root)).toEqual([]);
    }
  });

  it('lists at most 1,000 of 100,000 parts, the last one with all the rest (M2)', () => {
    const part = (n: number): string =>
      `--b\r\nContent-Type: ${n % 2 ? 'message/rfc822' : 'text/plain'}\r\n\r\nx: ${n}\r\n`;
    const bytes = Buffer.from(
      `${mixed}\r\n\r\n${Array.from({ length: 100_000 }, (_, n) => part(n)).join('')}--b--\r\n`,
    );
    const structure = parseStructure(bytes);
    const parts = [...partsOf(structure)];
    expect(parts.length).toBeLessThanOrEqual(mimePartsMax);
    expect(parts.length).toBeGreaterThan(mimePartsMax - 3);
    expect(parts.at(-1)).toMatchObject({
      type: 'application',
      subtype: 'octet-stream',
      body: { end: bytes.length },
    });
    expect(rangeFaults(bytes, structure.root)).toEqual([]);
  });

  it('works in linear time on every hostile shape (M1, M2, M3)', () => {
    const shapes: Record<string, (n: number) => string> = {
      nested: (n) =>
        Array.from({ length: n }, (_, i) => `Content-Type: multipart/a; boundary=b${i}\n\n--b${i}\n`).join(
          '',
        ),
      parts: (n) => `${mixed}\n\n${'--b\n\nx\n'.repeat(n)}`,
      dashes: (n) => `${mixed}\n\n--b\n\n${'--\n'.repeat(n)}`,
      dashLine: (n) => `${mixed}\n\n--b\n\n--${' '.repeat(n)}`,
      headers: (n) => `${'X-A: b\n'.repeat(n)}\n`,
      folds: (n) => `X-A: b\n${' c\n'.repeat(n)}\n`,
      addresses: (n) => `To: ${'a@b.example, '.repeat(n)}\n\n`,
      angles: (n) => `To: ${'<'.repeat(n)}\n\n`,
      comments: (n) => `To: ${'('.repeat(n)}\n\n`,
      continuations: (n) =>
        `Content-Type: a/b${Array.from({ length: n }, (_, i) => `; n*${i}=x`).join('')}\n\n`,
      bareReturns: (n) => `X: ${'\r'.repeat(n)}x\n\n`,
    };
    for (const [name, make] of Object.entries(shapes)) {
      for (const n of [100, 1_000, 10_000]) {
        const bytes = Buffer.from(make(n));
        const meter = { steps: 0 };
        parseStructure(bytes, meter);
        expect(meter.steps, `${name} ${n}`).toBeLessThanOrEqual(6 * bytes.length + 100);
      }
    }
  });

  const line = fc.oneof(
    fc.constantFrom(
      '',
      '--b',
      '--b--',
      '--c',
      '--c--',
      'Content-Type: multipart/mixed; boundary=b',
      'Content-Type: multipart/digest; boundary=c',
      'Content-Type: message/rfc822',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      'To: Sở A <a@binhthuan.example>, nhóm: b@c;',
      ' nối dòng',
      'Nội dung tiếng Việt',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const lineBreak = fc.constantFrom('\r\n', '\n', '\r', '\r\n');

  it('never throws, and its ranges always nest', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(line, lineBreak), { maxLength: 60 }), (lines) => {
        const bytes = Buffer.from(lines.flat().join(''));
        expect(rangeFaults(bytes, parseStructure(bytes).root)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on arbitrary octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(rangeFaults(bytes, parseStructure(bytes).root)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
