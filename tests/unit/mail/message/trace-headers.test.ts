import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '#domain/hub-error.ts';
import { headerFields } from '#mail/message/header-fields.ts';
import { parseStructure } from '#mail/message/parse-structure.ts';
import { prependTrace } from '#mail/message/trace-headers.ts';
import type { Trace } from '#mail/message/trace-headers.ts';

const trace: Trace = {
  returnPath: 'a@b.example',
  helo: 'mx.b.example',
  clientAddress: '192.0.2.7',
  hostname: 'mail.binhthuan.example',
  protocol: 'ESMTPS',
  id: '01HZX',
  recipient: 'vt@binhthuan.example',
  receivedAt: new Date('2016-01-04T00:30:00Z'),
};
const written = (received: string, over: Partial<Trace> = {}, results: string[] = []): string =>
  prependTrace(Buffer.from(received), { ...trace, ...over }, results).bytes.toString();
const own = 'Authentication-Results: mail.binhthuan.example; dkim=pass\r\n';

describe('prependTrace', () => {
  it('writes Return-Path, the results and Received before the message', () => {
    expect(written('Subject: a\r\n\r\nx', {}, [own])).toBe(
      'Return-Path: <a@b.example>\r\n' +
        own +
        'Received: from mx.b.example ([192.0.2.7])\r\n' +
        '\tby mail.binhthuan.example with ESMTPS id 01HZX\r\n' +
        '\tfor <vt@binhthuan.example>;\r\n' +
        '\tMon, 04 Jan 2016 07:30:00 +0700\r\n' +
        'Subject: a\r\n\r\nx',
    );
  });

  it('knows the null sender, IPv6, an unknown client and no single recipient', () => {
    expect(written('A: b\r\n', { returnPath: '' })).toMatch(/^Return-Path: <>\r\n/);
    expect(written('A: b\r\n', { clientAddress: '2001:db8::1' })).toContain('([IPv6:2001:db8::1])');
    expect(written('A: b\r\n', { clientAddress: 'x)\r\nY: z' })).toContain('(unknown)');
    expect(written('A: b\r\n', { recipient: undefined })).toContain('id 01HZX;\r\n\tMon');
  });

  it('lets the client put nothing into the field by its HELO', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (helo) => {
        expect(written('A: b\r\n', { helo })).toMatch(
          /\r\nReceived: from [\w.:?[\]-]+ \(\[192\.0\.2\.7\]\)\r\n\tby /,
        );
      }),
    );
    expect(written('A: b\r\n', { helo: 'x\r\nBcc: y (z)' })).toContain('from x??Bcc:?y??z? ([');
  });

  it('refuses line breaks and brackets in a path', () => {
    for (const path of ['a\r\nX: y', 'a\n', 'a\0', 'a>b', 'a\u0085b', 'a\u2028b']) {
      expect(() => written('', { returnPath: path })).toThrow(HubError);
      expect(() => written('', { recipient: path })).toThrow(HubError);
    }
  });

  it('removes only results that bear our own name, however written', () => {
    const ours = [
      own,
      'authentication-results : MAIL.binhthuan.EXAMPLE 1; spf=pass\r\n',
      'Authentication-Results: (giả (mạo)) mail.binhthuan.example;\r\n\tdkim=pass\r\n',
      'Authentication-Results:\r\n "mail.binhthuan.example"; none\r\n',
      'Authentication-Results: mail.binhthuan.example\r\n',
    ];
    const others = [
      'Authentication-Results: mx.khac.example; dkim=fail\r\n',
      'Authentication-Results: mail.binhthuan.example.khac; none\r\n',
      'X-Authentication-Results: mail.binhthuan.example; none\r\n',
      'Subject: mail.binhthuan.example\r\n',
    ];
    const body = `\r\n${own}\0\xff\r`;
    const mixed = others.map((field, index) => (ours[index] ?? '') + field).join('') + (ours[4] ?? '');
    const { bytes, traceLength } = prependTrace(Buffer.from(mixed + body, 'utf8'), trace);
    expect(bytes.subarray(traceLength).toString()).toBe(others.join('') + body);
  });

  it('keeps every octet of a message without them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (received) => {
        const { bytes, traceLength } = prependTrace(received, trace);
        expect(bytes.subarray(traceLength).equals(received)).toBe(true);
      }),
    );
  });

  it('does not let the first line continue or follow our own fields', () => {
    for (const received of [' x; dkim=pass\r\n\r\n', '\tx\r\n', `chữ\r\n${own}\r\n`, '']) {
      const bytes = Buffer.from(written(received));
      const { root } = parseStructure(bytes);
      expect([...headerFields(bytes, root.header)].map((field) => field.name)).toEqual([
        'return-path',
        'received',
      ]);
      expect(bytes.subarray(root.body.start).toString()).toBe(received);
    }
  });

  it('removes them behind an mbox line too', () => {
    expect(written(`From x\r\n${own}Subject: a\r\n\r\n`)).not.toContain('dkim=pass');
  });
});
