import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const attachment = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));
const base64 = attachment.toString('base64').replaceAll(/.{76}/g, '$&\r\n');

const letter = [
  'Subject: a',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'K=C3=ADnh g=E1=BB=\r\n=ADi',
  '--b',
  'Content-Type: application/octet-stream',
  'Content-Transfer-Encoding: base64',
  '',
  base64,
  '--b',
  'Content-Type: application/x',
  'Content-Transfer-Encoding: x-uuencode',
  '',
  'x',
  '--b--',
  '',
].join('\r\n');

describe('FETCH BINARY', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer({ limits: { chunkBytes: 10_000 } });
    server.mail.deliver('INBOX', letter);
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('gives parts decoded, with their sizes and ranges of what was decoded', async () => {
    await play(
      client,
      `C: a FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[2] BINARY.PEEK[1] BINARY.PEEK[1]<1.4>)
       S: * 1 FETCH (BINARY.SIZE[1] 11 BINARY.SIZE[2] 300000 BINARY[1] {11}
       S: Kính gửi BINARY[1]<1> {4}
       S: ính)
       S: a OK FETCH completed
       C: b UID FETCH 1 BINARY.PEEK[9]
       S: * 1 FETCH (UID 1 BINARY[9] NIL)
       S: b OK UID FETCH completed
       C: c FETCH 1 (FLAGS BINARY[1]<100.5>)
       S: * 1 FETCH (BINARY[1]<100> {0}
       S:  FLAGS (\\Seen))
       S: c OK FETCH completed
       C: d FETCH 1 BINARY[1.MIME]
       S: d BAD A binary section is a part number`,
    );
  });

  it('I8 decodes a large part by chunks, octet for octet, in a literal8 where it holds NUL', async () => {
    client.send('a FETCH 1 BINARY.PEEK[2]\r\n');
    const line = await client.line();
    const head = '* 1 FETCH (BINARY[2] ~{300000}\r\n';
    expect(line.slice(0, head.length)).toBe(head);
    expect(Buffer.from(line.slice(head.length, -1), 'latin1').equals(attachment)).toBe(true);
    expect(Math.max(...server.mail.reads.map(({ start, end }) => end - start))).toBeLessThanOrEqual(10_000);
  });

  it('refuses a transfer encoding that it does not know', async () => {
    expect(await client.command('FETCH 1 BINARY.PEEK[3]')).toEqual([
      'NO [UNKNOWN-CTE] The transfer encoding of the part is not known',
    ]);
    expect(await client.command('FETCH 1 BINARY.SIZE[3]')).toEqual([
      'NO [UNKNOWN-CTE] The transfer encoding of the part is not known',
    ]);
  });
});

describe('APPEND of several messages', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer({
      limits: { messageBytesMax: 1000, appendBytesMax: 1500, appendMessagesMax: 3 },
    });
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('files all of them, with flags and dates of their own', async () => {
    await play(
      client,
      `C: a APPEND INBOX (\\Seen) {4+}
       C: a: 1 " 1-Feb-2026 08:30:00 +0700" {6+}
       C: bb: 22 (\\Draft) ~{4+}
       C: c: 3
       S: * 3 EXISTS
       S: * 0 RECENT
       S: a OK [APPENDUID 1001 1:3] APPEND completed
       C: b FETCH 1:3 (FLAGS RFC822.SIZE)
       S: * 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 4)
       S: * 2 FETCH (FLAGS () RFC822.SIZE 6)
       S: * 3 FETCH (FLAGS (\\Draft) RFC822.SIZE 4)
       S: b OK FETCH completed`,
    );
  });

  it('I12 files none when one is refused, or given up', async () => {
    const secret = 'TUYỆT MẬT';
    const size = Buffer.byteLength(secret);
    client.send(`a APPEND INBOX {4+}\r\na: 1 {${size}+}\r\n${secret}\r\n`);
    expect(await client.line()).toMatch(/^a NO \[CANNOT\]/);
    client.send('b APPEND INBOX {4+}\r\na: 1 {0+}\r\n\r\n');
    expect(await client.line()).toBe('b NO The message is empty');
    expect(await client.command('STATUS INBOX (MESSAGES)')).toContain('* STATUS INBOX (MESSAGES 0)');
  });

  it('I1 bounds the number and the octets of all together', async () => {
    client.send(`a APPEND INBOX {4+}\r\na: 1 {4+}\r\na: 1 {4+}\r\na: 1 {4+}\r\na: 1\r\n`);
    expect(await client.line()).toBe('a BAD Too many messages');
    client.send(`b APPEND INBOX {900+}\r\n${'x'.repeat(900)} {900}\r\n`);
    expect(await client.line()).toBe('b NO [TOOBIG] The literal is too large');
  });

  it('takes NUL in a literal8 and nowhere else, and UTF-8 in its wrapping', async () => {
    client.send(Buffer.from('a APPEND INBOX ~{4+}\r\na:\0b\r\n'));
    await client.line();
    await client.line();
    expect(await client.line()).toBe('a OK [APPENDUID 1001 1] APPEND completed');
    client.send(Buffer.from('b APPEND INBOX {4+}\r\na:\0b\r\n'));
    expect(await client.line()).toBe('b BAD NUL, bare CR or bare LF in the command');
    client.send(Buffer.from('c SELECT ~{5+}\r\nINBOX\r\n'));
    expect(await client.line()).toBe('c BAD Unexpected text after the command');
    client.send(Buffer.from('d APPEND Sent UTF8 (~{7+}\r\na: \u1eedx)\r\n'));
    expect(await client.line()).toBe('d OK [APPENDUID 1002 1] APPEND completed');
  });
});

describe('REPLACE', () => {
  it('files the new message and takes the old one out, or does neither', async () => {
    const server = await startImapServer();
    try {
      server.mail.deliver('INBOX', 'a: 1\r\n\r\nx\r\n');
      server.mail.deliver('INBOX', 'a: 2\r\n\r\nx\r\n');
      const client = await server.open();
      await play(
        client,
        `C: a REPLACE 1 INBOX (\\Draft) {4+}
         C: a: 3
         S: * OK [APPENDUID 1001 3] Replacement ready
         S: * 1 EXPUNGE
         S: * 2 EXISTS
         S: * 0 RECENT
         S: a OK REPLACE completed
         C: b UID REPLACE 2 Sent {4+}
         C: a: 4
         S: * OK [APPENDUID 1002 1] Replacement ready
         S: * 1 EXPUNGE
         S: b OK UID REPLACE completed
         C: c UID REPLACE 2 Sent {4+}
         C: a: 5
         S: c NO [NONEXISTENT] There is no such message
         C: d REPLACE 1 Nowhere {4+}
         C: a: 6
         S: d NO [TRYCREATE] There is no such mailbox
         C: e REPLACE 1:2 Sent {4+}
         C: a: 7
         S: e BAD A space is missing
         C: f STATUS INBOX (MESSAGES)
         S: * STATUS INBOX (MESSAGES 1)
         S: f OK STATUS completed
         C: g EXAMINE Sent`,
      );
      await client.answerTo('g');
      client.send('h REPLACE 1 INBOX {4+}\r\na: 8\r\n');
      expect(await client.line()).toBe('h NO [CANNOT] The mailbox is open for reading only');
    } finally {
      await server.close();
    }
  });
});
