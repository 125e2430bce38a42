import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { messageText } from '#mail/message/message-text.ts';

const text = 'Kính gửi các đồng chí, đề nghị báo cáo trước 17 giờ ngày 12/5.';
const base64 = Buffer.from(text).toString('base64');
const quoted = [...Buffer.from(text)]
  .map((octet) =>
    octet > 126 || octet === 61 ? `=${octet.toString(16).toUpperCase()}` : String.fromCodePoint(octet),
  )
  .join('');
const html = `<html><head><style>p { color: red }</style></head><body><p>${text}</p></body></html>`;
const inPart = (type: string, encoding: string, body: string) =>
  `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}\r\n`;
const head = `From: =?UTF-8?B?${Buffer.from('Nguyễn Thị Hồng').toString('base64')}?= <hong@binhthuan.example>\r\nTo: Lan <lan@binhthuan.example>\r\nSubject: =?UTF-8?Q?B=C3=A1o_c=C3=A1o?=\r\nMIME-Version: 1.0\r\n`;
const multipart = (kind: string, ...parts: readonly string[]) =>
  `Content-Type: multipart/${kind}; boundary="ranh"\r\n\r\n${parts.map((part) => `--ranh\r\n${part}`).join('')}--ranh--\r\n`;

/** Mail as ordinary programs write it. */
const letters: Readonly<Record<string, string>> = {
  'plain 8bit': inPart('text/plain; charset=utf-8', '8bit', text),
  'plain base64': inPart('text/plain; charset=utf-8', 'base64', base64),
  'plain quoted-printable': inPart('text/plain; charset="UTF-8"', 'quoted-printable', quoted),
  'format=flowed': inPart('text/plain; charset=utf-8; format=flowed', '8bit', `${text} \r\nTrân trọng.`),
  'html alone': inPart('text/html; charset=utf-8', '8bit', html),
  alternative: multipart(
    'alternative',
    inPart('text/plain; charset=utf-8', 'quoted-printable', quoted),
    inPart('text/html; charset=utf-8', 'base64', Buffer.from(html).toString('base64')),
  ),
  'with an attachment': multipart(
    'mixed',
    inPart('text/plain; charset=utf-8', 'base64', base64),
    `Content-Disposition: attachment; filename="a.pdf"\r\n${inPart('application/pdf', '7bit', 'khong tim thay')}`,
  ),
  'windows-1258': inPart('text/plain; charset=windows-1258', '8bit', 'Bao cao'),
};

/** Words alone: where lines break is each parser's own. */
const wordsOf = (from: string) => from.normalize('NFC').split(/\s+/u).filter(Boolean).join(' ');

describe('messageText beside mailparser', () => {
  it.each(Object.entries(letters))('reads the words of %s alike', async (_name, letter) => {
    const bytes = Buffer.from(head + letter);
    const other = await simpleParser(bytes);
    const { header, body } = messageText(bytes);
    expect(wordsOf(body)).toBe(wordsOf(other.text ?? ''));
    expect(wordsOf(body)).not.toBe('');
    expect(header).toContain(other.subject ?? '?');
    expect(header).toContain(other.from?.value[0]?.name ?? '?');
  });
});
