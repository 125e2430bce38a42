import { describe, expect, it } from 'vitest';
import type { MimePart } from '#domain/mail/structure.ts';
import { parseMessage } from '#mail/message/parse-message.ts';
import { composeDeliveryReport, type DeliveryReport } from '#mail/outbound/delivery-report.ts';
import { createReplyReader, replyText } from '#mail/outbound/smtp-reply.ts';

const at = new Date('2026-03-02T01:00:00Z');
const original = Buffer.from(
  'Return-Path: <lan@so-yte.binhthuan.example>\r\nBcc: <kin@bo.example>\r\nFrom: <lan@so-yte.binhthuan.example>\r\n' +
    'Subject: =?UTF-8?B?QsOhbyBjw6Fv?=\r\nMessage-ID: <1@so-yte.binhthuan.example>\r\n\r\nNoi dung rieng\r\n',
);
const report: DeliveryReport = {
  messageId: 'report-1@binhthuan.example',
  at,
  hostname: 'mail.binhthuan.example',
  systemDomain: 'binhthuan.example',
  to: 'lan@so-yte.binhthuan.example',
  original,
  arrivedAt: new Date('2026-03-01T01:00:00Z'),
  recipients: [
    {
      address: 'minh@bo.example',
      originalRecipient: 'rfc822;minh@cu.example',
      action: 'failed',
      status: '5.1.1',
      reply: '550 5.1.1 No such user',
      host: 'mx.bo.example',
      lastAttemptAt: at,
    },
  ],
  envelopeId: 'id +1',
};
const delayed = {
  address: 'hoa@bo.example',
  action: 'delayed',
  status: '4.4.1',
  reply: 'No connection: refused',
  retryUntil: new Date('2026-03-06T01:00:00Z'),
} as const;

function read(input: DeliveryReport) {
  const bytes = composeDeliveryReport(input);
  const { root } = parseMessage(bytes).structure ?? {};
  const octets = ({ body }: MimePart) => bytes.subarray(body.start, body.end).toString();
  const parts = root?.parts ?? [];
  const text = parts[0] ? Buffer.from(octets(parts[0]), 'base64').toString() : '';
  return {
    bytes,
    root,
    types: parts.map(({ type, subtype }) => `${type}/${subtype}`),
    text,
    status: parts[1] ? octets(parts[1]) : '',
    returned: parts[2] ? octets(parts[2]) : '',
    header: root ? bytes.subarray(root.header.start, root.header.end).toString() : '',
  };
}

describe('composeDeliveryReport', () => {
  it('is a report of delivery status in three parts', () => {
    const { root, types, header } = read(report);
    expect(`${root?.type}/${root?.subtype}`).toBe('multipart/report');
    expect(root?.params['report-type']).toBe('delivery-status');
    expect(types).toEqual(['text/plain', 'message/delivery-status', 'text/rfc822-headers']);
    expect(header).toContain('<MAILER-DAEMON@binhthuan.example>\r\n');
    expect(header).toContain('\r\nTo: <lan@so-yte.binhthuan.example>\r\n');
    expect(header).toContain('\r\nAuto-Submitted: auto-replied\r\n');
    expect(header).toContain('\r\nReferences: <1@so-yte.binhthuan.example>\r\n');
  });

  it('says to programs what RFC 3464 asks for', () => {
    const { status } = read({ ...report, recipients: [...report.recipients, delayed] });
    expect(status.trimEnd().split('\r\n')).toEqual([
      'Reporting-MTA: dns; mail.binhthuan.example',
      'Original-Envelope-Id: id +1',
      'Arrival-Date: Sun, 01 Mar 2026 08:00:00 +0700',
      '',
      'Original-Recipient: rfc822; minh@cu.example',
      'Final-Recipient: rfc822; minh@bo.example',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.bo.example',
      'Diagnostic-Code: smtp; 550 5.1.1 No such user',
      'Last-Attempt-Date: Mon, 02 Mar 2026 08:00:00 +0700',
      '',
      'Final-Recipient: rfc822; hoa@bo.example',
      'Action: delayed',
      'Status: 4.4.1',
      'Diagnostic-Code: x-chidao; No connection: refused',
      'Will-Retry-Until: Fri, 06 Mar 2026 08:00:00 +0700',
    ]);
  });

  it('says to a person, in Vietnamese and then in English, what happened and what to do', () => {
    const { text } = read(report);
    const [vietnamese = '', english = ''] = text.split('-'.repeat(40));
    expect(vietnamese).toContain('Thư: Báo cáo');
    expect(vietnamese).toContain('minh@bo.example');
    expect(vietnamese).toContain('Đề nghị kiểm tra lại địa chỉ');
    expect(english).toContain('There is no such address.');
    expect(english).toContain('5.1.1; 550 5.1.1 No such user');
  });

  it('tells the sender of a delayed message that nothing need be done, and until when it is tried', () => {
    const { text, header } = read({ ...report, recipients: [delayed] });
    expect(text).toContain('Hệ thống gửi lại đến: 06/03/2026 08:00');
    expect(header).toContain('Subject:');
  });

  it('returns the whole message with RET=FULL, without Bcc and Return-Path', () => {
    const { types, returned } = read({ ...report, returnPart: 'full' });
    expect(types[2]).toBe('message/rfc822');
    expect(returned).toContain('Noi dung rieng');
    expect(returned).not.toMatch(/kin@bo|Return-Path/);
  });

  it('returns the header alone without RET=FULL, of a large message, and for what did not fail', () => {
    const large = Buffer.concat([original, Buffer.alloc(256 * 1024, 'x')]);
    for (const input of [
      report,
      { ...report, returnPart: 'full', original: large },
      { ...report, returnPart: 'full', recipients: [delayed] },
    ] as const) {
      const { types, returned } = read(input);
      expect(types[2]).toBe('text/rfc822-headers');
      expect(returned).toContain('Message-ID: <1@so-yte.binhthuan.example>');
      expect(returned).not.toContain('Noi dung');
    }
  });

  it('takes the parts of RFC 6533 where an address is not ASCII', () => {
    const recipients = [{ ...delayed, address: 'hồng@bộ.example', action: 'failed' as const }];
    const { types, status, bytes } = read({ ...report, recipients, returnPart: 'full' });
    expect(types).toEqual(['text/plain', 'message/global-delivery-status', 'message/global']);
    expect(status).toContain('Final-Recipient: utf-8; hồng@bộ.example\r\n');
    expect(bytes.toString()).toContain('Content-Transfer-Encoding: 8bit\r\n');
  });

  it('S9 keeps the words of a server in their field', () => {
    const [reply] = createReplyReader().push(
      Buffer.from('550-no\rAction: delivered\r\n550 \u2028Status: 2.0.0\r\n'),
    );
    const said = reply ? replyText(reply) : '';
    const recipients = report.recipients.map((recipient) => ({
      ...recipient,
      reply: `${said}\r\nAction: x`,
    }));
    const { status } = read({ ...report, recipients });
    expect(status.match(/^Action:/gm)).toHaveLength(1);
    expect(status.match(/^Status:/gm)).toHaveLength(1);
  });

  it('S9 refuses addresses that would open another field', () => {
    expect(() => composeDeliveryReport({ ...report, to: 'lan@x.example\r\nBcc: b@x.example' })).toThrow(
      expect.objectContaining({ code: 'line_break_in_field' }),
    );
    expect(() => composeDeliveryReport({ ...report, to: 'lan@x.example>, <b@x.example' })).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    );
  });

  it('is not cut short by a message that holds a boundary', () => {
    const first = read({ ...report, returnPart: 'full' });
    const boundary = first.root?.params['boundary'] ?? '';
    const hostile = Buffer.concat([original, Buffer.from(`--${boundary}--\r\nafter\r\n`)]);
    expect(read({ ...report, returnPart: 'full', original: hostile }).returned).toContain('after');
  });

  it('has CRLF and no other line break, and no long line of its own', () => {
    const text = read(report).bytes.toString('latin1');
    expect(text).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
    expect(text.split('\r\n').every((line) => line.length <= 110)).toBe(true);
  });
});
