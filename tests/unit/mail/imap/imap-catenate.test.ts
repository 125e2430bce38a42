import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const letter = [
  'Subject: Thong bao',
  'X-So: 15',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  '',
  'mot',
  '--b',
  'Content-Type: text/html',
  '',
  'hai ba',
  '--b--',
  '',
].join('\r\n');

describe('CATENATE', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    server.mail.make('Chỉ đạo', undefined);
    server.mail.deliver('Chỉ đạo', letter);
    client = await server.open();
  });
  afterEach(async () => server.close());

  const url = (rest: string): string => `/Ch%E1%BB%89%20%C4%91%E1%BA%A1o${rest}`;
  const literal = (text: string): string => `{${text.length}+}\r\n${text}`;
  const append = async (...pieces: readonly string[]): Promise<string> =>
    (await client.command(`APPEND Sent CATENATE (${pieces.join(' ')})`)).at(-1) ?? '';
  const lastSent = async (): Promise<string> => {
    await client.command('SELECT Sent');
    const [line = ''] = await client.command('FETCH * BODY.PEEK[]');
    return line.slice(line.indexOf('\r\n') + 2, -1);
  };

  it('is advertised, and puts texts and parts together octet by octet (RFC 4469)', async () => {
    expect((await client.command('CAPABILITY')).at(0)).toContain(' CATENATE ');
    const answer = await append(
      `TEXT ${literal('Subject: moi\r\n\r\n')}`,
      `URL "${url('/;UID=1/;SECTION=1')}"`,
      `TEXT ~${literal('+')}`,
      `URL "${url(';UIDVALIDITY=1004/;UID=1/;section=2/;partial=4.2')}"`,
      `URL {${url('/;UID=1;SECTION=2').length}+}\r\n${url('/;UID=1;SECTION=2')}`,
    );
    expect(answer).toMatch(/^OK \[APPENDUID \d+ 1\] APPEND completed$/);
    expect(await lastSent()).toBe('Subject: moi\r\n\r\nmot+bahai ba');
  });

  it.each([
    ['', letter],
    ['/;SECTION=HEADER', letter.slice(0, letter.indexOf('--b'))],
    ['/;SECTION=TEXT', letter.slice(letter.indexOf('--b'))],
    ['/;SECTION=2.MIME', 'Content-Type: text/html\r\n\r\n'],
    ['/;SECTION=HEADER.FIELDS%20(X-So)', 'X-So: 15\r\n\r\n'],
    ['/;PARTIAL=9.5', 'Thong'],
    [`/;PARTIAL=${letter.length - 5}`, '-b--\r\n'.slice(1)],
  ])('takes what FETCH would give of ;UID=1%s', async (rest, octets) => {
    expect(await append(`URL "${url(`/;UID=1${rest}`)}"`, `TEXT ${literal('.')}`)).toMatch(/^OK /);
    expect(await lastSent()).toBe(`${octets}.`);
  });

  it('takes a message that no parser has read', async () => {
    server.mail.deliver('INBOX', 'Subject: a\r\n\r\nb', { parsed: false });
    expect(await append('URL "/inbox/;UID=1"', 'URL /INBOX/;UID=1/;SECTION=TEXT')).toMatch(/^OK /);
    expect(await lastSent()).toBe('Subject: a\r\n\r\nbb');
  });

  it('takes a message of the selected mailbox by its UID alone, and sets nothing there', async () => {
    await client.command('SELECT "Ch&Hsk- &AREeoQ-o"');
    expect(await append('URL ";UID=1/;SECTION=1"')).toMatch(/^OK /);
    expect(await client.command('FETCH 1 FLAGS')).toContain('* 1 FETCH (FLAGS ())');
    await client.command('CLOSE');
    expect(await append('URL ";UID=1/;SECTION=1"')).toMatch(/^NO \[BADURL ;UID=1\/;SECTION=1\]/);
  });

  it.each([
    '/Khong-co/;UID=1',
    '/Sent/;UID=1',
    '/Ch%E1%BB%89%20%C4%91%E1%BA%A1o/;UID=2',
    '/Ch%E1%BB%89%20%C4%91%E1%BA%A1o;UIDVALIDITY=9/;UID=1',
    '/Ch%E1%BB%89%20%C4%91%E1%BA%A1o/;UID=1/;SECTION=9',
    '/Ch%E1%BB%89%20%C4%91%E1%BA%A1o/;UID=1/;SECTION=MIME',
    '/Ch%E1%BB%89%20%C4%91%E1%BA%A1o/;UID=0',
    '/Ch%E1%BB/;UID=1',
    '/INBOX',
    '/INBOX/;UID=1/;URLAUTH=anonymous',
    'imap://an.nguyen@binhthuan.example/INBOX/;UID=1',
    'file:///etc/passwd',
  ])('answers BADURL for %s and leaves nothing', async (bad) => {
    const answer = await append(`TEXT ${literal('a: b\r\n\r\n')}`, `URL "${bad}"`);
    expect(answer).toBe(`NO [BADURL ${bad}] There is nothing at this URL`);
    expect((await server.mail.access().open('Sent')).messages).toBe(0);
  });

  it('keeps octets out of the code that would end it', async () => {
    const bad = 'a] b\u00e9';
    client.send(Buffer.from(`x APPEND Sent CATENATE (URL {${bad.length}+}\r\n${bad})\r\n`, 'latin1'));
    expect(await client.answerTo('x')).toEqual(['NO [BADURL a%5d%20b%e9] There is nothing at this URL']);
  });

  it('stands beside other messages of an APPEND, and in REPLACE', async () => {
    await play(
      client,
      `C: a APPEND Sent {3+}
       C: x:1 (\\Flagged) CATENATE (TEXT {3+}
       C: x:2 TEXT {1+}
       C: 3)
       S: a OK [APPENDUID … 1:2] APPEND completed
       C: b SELECT Sent
       S: …`,
    );
    await client.answerTo('b');
    expect(await client.command('UID REPLACE 1 Sent CATENATE (TEXT {3+}\r\nx:9 URL ";UID=2")')).toContain(
      'OK UID REPLACE completed',
    );
    expect(await lastSent()).toBe('x:9x:23');
  });

  it('I1 holds what URLs name to the sizes of literals', async () => {
    await server.close();
    server = await startImapServer({ limits: { messageBytesMax: 300, appendBytesMax: 500 } });
    server.mail.deliver('INBOX', `a: ${'b'.repeat(190)}\r\n\r\n`);
    client = await server.open();
    const one = 'URL "/INBOX/;UID=1"';
    expect(await append(one)).toMatch(/^OK /);
    expect(await append(one, one)).toMatch(/^NO \[TOOBIG\]/);
    const three = Array.from({ length: 3 }, () => `CATENATE (${one})`).join(' ');
    expect((await client.command(`APPEND Sent ${three}`)).at(-1)).toMatch(/^NO \[TOOBIG\]/);
    expect((await server.mail.access().open('Sent')).messages).toBe(1);
  });

  it('I1 takes no more than the memory of the process for literals, and gives it back', async () => {
    await server.close();
    server = await startImapServer({ limits: { literalBytesInFlightMax: 300 } });
    server.mail.deliver('INBOX', `a: ${'b'.repeat(190)}\r\n\r\n`);
    client = await server.open();
    const one = 'URL "/INBOX/;UID=1"';
    for (let at = 0; at < 3; at += 1) expect(await append(one)).toMatch(/^OK /);
    expect(await append(one, one)).toMatch(/^NO \[UNAVAILABLE\]/);
    expect(await append(one)).toMatch(/^OK /);
  });

  it.each(['CATENATE ()', 'CATENATE (URL)', 'CATENATE (TEXT "x")', 'CATENATE (FILE "x")', 'CATENATE TEXT'])(
    'answers BAD to %s',
    async (text) => {
      expect((await client.command(`APPEND Sent ${text}`)).at(-1)).toMatch(/^BAD /);
    },
  );
});
