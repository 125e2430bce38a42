import { afterAll, describe, expect, it } from 'vitest';
import { createParsePool } from '#mail/message/parse-pool.ts';
import { readableMessage } from '#mail/message/readable-message.ts';

const pool = createParsePool({ size: 1 });
afterAll(() => pool.close());

const read = (...lines: readonly string[]) => readableMessage(pool, Buffer.from(lines.join('\r\n')));

describe('readableMessage', () => {
  it('gives the headers in their order, decoded, under the names that were written', async () => {
    const { headers } = await read(
      'X-A: 1',
      'Subject: =?utf-8?q?B=C3=A1o_c=C3=A1o?=',
      'to: a@b.example',
      '',
      'x',
    );
    expect(headers).toEqual([
      { name: 'X-A', value: '1' },
      { name: 'Subject', value: 'Báo cáo' },
      { name: 'to', value: 'a@b.example' },
    ]);
  });

  it('reads the plain one of two alternatives, and takes what is attached for no text', async () => {
    const message = await read(
      'Content-Type: multipart/mixed; boundary=m',
      '',
      '--m',
      'Content-Type: multipart/alternative; boundary=a',
      '',
      '--a',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Bằng chữ',
      '--a',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<b>HTML</b>',
      '--a--',
      '--m',
      'Content-Type: text/plain; name=a.txt',
      'Content-Disposition: attachment; filename=a.txt',
      '',
      'kèm',
      '--m--',
    );
    expect(message).toMatchObject({
      text: 'Bằng chữ',
      textFrom: 'plain',
      attachments: [{ name: 'a.txt', type: 'text/plain' }],
    });
  });

  it('gives of HTML its words and no markup', async () => {
    const message = await read(
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Một</p><script>alert(1)</script><p>Hai &lt;b&gt;</p>',
    );
    expect(message).toMatchObject({ text: 'Một\nHai <b>', textFrom: 'html' });
  });

  it('leaves out control characters and those that turn the direction of writing', async () => {
    const { text } = await read(
      'Content-Type: text/plain; charset=utf-8',
      '',
      'a\u0007b\u202ec\td\u0000e',
      'f',
    );
    expect(text).toBe('abc\tde\nf');
  });

  it('says that there is more than it shows, and shows no more than its limit', async () => {
    const { text, cut } = await read('Content-Type: text/plain', '', 'x'.repeat(400_000));
    expect(cut).toBe(true);
    expect(text).toHaveLength(256 * 1024);
  });

  it('shows the octets of what could not be parsed', async () => {
    const closed = createParsePool({ size: 1 });
    await closed.close();
    expect(await readableMessage(closed, Buffer.from('Subject: x\r\n\r\nthân thư'))).toEqual({
      headers: [{ name: 'Subject', value: 'x' }],
      text: 'thân thư',
      textFrom: 'source',
      cut: false,
      attachments: [],
    });
  });

  it('says that there is no text where there is none', async () => {
    expect(await read('Content-Type: application/pdf', '', '%PDF')).toMatchObject({
      text: '',
      textFrom: 'none',
    });
  });
});
