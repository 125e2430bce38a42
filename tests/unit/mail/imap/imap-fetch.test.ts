import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapClient, type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const letter = [
  'From: "Nguyen Van An" <an.nguyen@binhthuan.example>',
  'To: van.phong@binhthuan.example',
  'Subject: =?UTF-8?Q?Ch=E1=BB=89_=C4=91=E1=BA=A1o?=',
  'Date: Mon, 2 Mar 2026 08:30:00 +0700',
  'Message-ID: <1@binhthuan.example>',
  'X-Folded: one',
  '  two',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'first',
  '--b',
  'Content-Type: message/rfc822',
  '',
  'Subject: inner',
  'From: <b@x.example>',
  '',
  'inner body',
  '--b',
  'Content-Type: application/pdf; name=a.pdf',
  'Content-Disposition: attachment; filename=a.pdf',
  'Content-Transfer-Encoding: base64',
  '',
  'QUJD',
  '--b--',
  '',
].join('\r\n');

describe('FETCH', () => {
  let server: ImapTestServer;
  let client: ImapClient;

  beforeEach(async () => {
    server = await startImapServer();
    server.mail.deliver('INBOX', letter);
    client = await server.open();
  });
  afterEach(async () => server.close());

  it('gives the whole message as it is stored, sets \\Seen and says that it has arrived', async () => {
    const lines = await client.command('FETCH 1 (UID BODY[])');
    expect(lines).toEqual([
      `* 1 FETCH (UID 1 BODY[] {${letter.length}}\r\n${letter} FLAGS (\\Seen))`,
      'OK FETCH completed',
    ]);
    await client.command('NOOP');
    expect(server.mail.arrivedUids).toEqual([1]);
  });

  it('tells the flags that it changes behind the content, once, with their mod-sequence (RFC 9051, 6.4.5)', async () => {
    await client.command('ENABLE CONDSTORE');
    expect(await client.command('FETCH 1 (FLAGS MODSEQ BODY[]<0.2>)')).toEqual([
      '* 1 FETCH (BODY[]<0> {2}\r\nFr FLAGS (\\Seen) MODSEQ (3))',
      'OK FETCH completed',
    ]);
    expect(await client.command('FETCH 1 (FLAGS BODY[]<0.2>)')).toEqual([
      '* 1 FETCH (FLAGS (\\Seen) BODY[]<0> {2}\r\nFr MODSEQ (3))',
      'OK FETCH completed',
    ]);
  });

  it('peeks without setting anything, and has not arrived by flags alone', async () => {
    expect(await client.command('UID FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)')).toEqual([
      `* 1 FETCH (UID 1 FLAGS () INTERNALDATE " 2-Mar-2026 08:30:00 +0700" RFC822.SIZE ${letter.length})`,
      'OK UID FETCH completed',
    ]);
    expect(server.mail.arrivedUids).toEqual([]);
    expect(await client.command('FETCH 1 BODY.PEEK[TEXT]<0.7>')).toEqual([
      '* 1 FETCH (BODY[TEXT]<0> {7}\r\n--b\r\nCo)',
      'OK FETCH completed',
    ]);
    expect(await client.command('SEARCH UNSEEN')).toEqual(['* SEARCH 1', 'OK SEARCH completed']);
  });

  it.each([
    ['BODY.PEEK[1]', 'BODY[1] {5}\r\nfirst'],
    ['BODY.PEEK[1.MIME]', 'BODY[1.MIME] {43}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'],
    ['BODY.PEEK[2.HEADER]', 'BODY[2.HEADER] {39}\r\nSubject: inner\r\nFrom: <b@x.example>\r\n\r\n'],
    ['BODY.PEEK[2.TEXT]', 'BODY[2.TEXT] {10}\r\ninner body'],
    ['BODY.PEEK[2.1]', 'BODY[2.1] {10}\r\ninner body'],
    [
      'BODY.PEEK[2.HEADER.FIELDS (SUBJECT)]',
      'BODY[2.HEADER.FIELDS (SUBJECT)] {18}\r\nSubject: inner\r\n\r\n',
    ],
    ['BODY.PEEK[3]', 'BODY[3] {4}\r\nQUJD'],
    ['BODY.PEEK[4]', 'BODY[4] NIL'],
    ['BODY.PEEK[1.1]', 'BODY[1.1] NIL'],
    ['BODY.PEEK[1.HEADER]', 'BODY[1.HEADER] NIL'],
    ['BODY.PEEK[3]<100.5>', 'BODY[3]<100> ""'],
    ['BODY.PEEK[3]<1.2>', 'BODY[3]<1> {2}\r\nUJ'],
    [
      'BODY.PEEK[HEADER.FIELDS (x-folded "DATE" nothing)]',
      'BODY[HEADER.FIELDS (x-folded DATE nothing)] {62}\r\nDate: Mon, 2 Mar 2026 08:30:00 +0700\r\nX-Folded: one\r\n  two\r\n\r\n',
    ],
    [
      'BODY.PEEK[HEADER.FIELDS.NOT (from to subject date message-id x-folded content-type)]',
      'BODY[HEADER.FIELDS.NOT (from to subject date message-id x-folded content-type)] {21}\r\nMIME-Version: 1.0\r\n\r\n',
    ],
  ])('answers %s', async (item, expected) => {
    expect(await client.command(`FETCH 1 ${item}`)).toEqual([
      `* 1 FETCH (${expected})`,
      'OK FETCH completed',
    ]);
  });

  it('gives the envelope and the structure', async () => {
    const an = '(("Nguyen Van An" NIL "an.nguyen" "binhthuan.example"))';
    const subject = '"=?UTF-8?Q?Ch=E1=BB=89_=C4=91=E1=BA=A1o?="';
    const inner =
      '(NIL "inner" ((NIL NIL "b" "x.example")) ((NIL NIL "b" "x.example")) ((NIL NIL "b" "x.example")) NIL NIL NIL NIL NIL)';
    const [envelope] = await client.command('FETCH 1 ENVELOPE');
    expect(envelope).toBe(
      `* 1 FETCH (ENVELOPE ("Mon, 2 Mar 2026 08:30:00 +0700" ${subject} ${an} ${an} ${an}` +
        ' ((NIL NIL "van.phong" "binhthuan.example")) NIL NIL NIL "<1@binhthuan.example>"))',
    );
    const [structure] = await client.command('FETCH 1 BODYSTRUCTURE');
    expect(structure).toBe(
      '* 1 FETCH (BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 5 1 NIL NIL NIL NIL)' +
        `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 49 ${inner}` +
        ' ("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 10 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)' +
        '("APPLICATION" "PDF" ("NAME" "a.pdf") NIL NIL "BASE64" 4 NIL ("ATTACHMENT" ("FILENAME" "a.pdf")) NIL NIL)' +
        ' "MIXED" ("BOUNDARY" "b") NIL NIL NIL))',
    );
    const [fast] = await client.command('FETCH 1 FULL');
    expect(fast).toMatch(
      /^\* 1 FETCH \(FLAGS \(\) INTERNALDATE ".*" RFC822.SIZE \d+ ENVELOPE \(.*\) BODY \(.*"MIXED"\)\)$/,
    );
  });

  it('shows a message that could not be parsed as one text, whole', async () => {
    server.mail.deliver('INBOX', 'Subject: broken\r\n\r\nline\r\nline\r\n', { parsed: false });
    await client.command('NOOP');
    expect(await client.command('FETCH 2 (BODYSTRUCTURE BODY.PEEK[1] BODY.PEEK[HEADER] ENVELOPE)')).toEqual([
      '* 2 FETCH (BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" 12 2 NIL NIL NIL NIL)' +
        ' BODY[1] {12}\r\nline\r\nline\r\n BODY[HEADER] {19}\r\nSubject: broken\r\n\r\n' +
        ' ENVELOPE (NIL "broken" NIL NIL NIL NIL NIL NIL NIL NIL))',
      'OK FETCH completed',
    ]);
  });

  it('answers the RFC822 items of old clients', async () => {
    server.mail.deliver('INBOX', 'Subject: a\r\n\r\nb');
    await client.command('NOOP');
    expect(await client.command('FETCH 2 (RFC822.HEADER)')).toEqual([
      '* 2 FETCH (RFC822.HEADER {14}\r\nSubject: a\r\n\r\n)',
      'OK FETCH completed',
    ]);
    expect(await client.command('FETCH 2 (RFC822.TEXT RFC822)')).toEqual([
      '* 2 FETCH (RFC822.TEXT {1}\r\nb RFC822 {15}\r\nSubject: a\r\n\r\nb FLAGS (\\Seen))',
      'OK FETCH completed',
    ]);
  });

  it('sets nothing in a mailbox that was only examined', async () => {
    await play(
      client,
      `C: a EXAMINE INBOX
       S: * OK [CLOSED] The previous mailbox is closed
       S: * FLAGS …
       S: * 1 EXISTS
       S: * 0 RECENT
       S: * OK [UNSEEN 1] First unseen message
       S: * OK [PERMANENTFLAGS ()] Flags that are kept
       S: * OK [UIDVALIDITY 1001] UIDs are valid
       S: * OK [UIDNEXT 2] Next UID
       S: * OK [HIGHESTMODSEQ 2] Highest mod-sequence
       S: * OK [MAILBOXID (Fmailbox-1-1001)] Its own id
       S: a OK [READ-ONLY] EXAMINE completed
       C: b FETCH 1 BODY[3]
       S: * 1 FETCH (BODY[3] {4}
       S: QUJD)
       S: b OK FETCH completed
       C: c STORE 1 +FLAGS (\\Seen)
       S: c NO [CANNOT] The mailbox is open for reading only
       C: d EXPUNGE
       S: d NO [CANNOT] The mailbox is open for reading only`,
    );
  });

  it('takes a half line back when storage fails, and goes on', async () => {
    server.mail.nextFault = new Error('broken on purpose');
    expect(await client.command('FETCH 1 ENVELOPE')).toEqual([
      'NO [SERVERBUG] An internal error was recorded',
    ]);
    server.mail.failReadAt = 0;
    expect(await client.command('FETCH 1 (FLAGS BODY.PEEK[])')).toEqual([
      'NO [SERVERBUG] An internal error was recorded',
    ]);
    server.mail.failReadAt = undefined;
    expect((await client.command('FETCH 1 FLAGS')).at(-1)).toBe('OK FETCH completed');
  });

  it('cuts the connection rather than fill a literal with something else', async () => {
    server.mail.deliver('INBOX', Buffer.alloc(300_000, 'a'), { parsed: false });
    await client.command('NOOP');
    server.mail.failReadAt = 128 * 1024;
    client.send('a FETCH 2 BODY.PEEK[]\r\n');
    const received = await client.rest();
    expect(received.length).toBeLessThan(300_000);
    expect(received).not.toContain('a OK');
  });

  it('I8 reads a large message by ranges, and no further than a slow reader takes it', async () => {
    const size = 20 * 1024 * 1024;
    server.mail.deliver('INBOX', Buffer.alloc(size, 'a\r\n'), { parsed: false });
    await client.command('NOOP');
    server.mail.reads.length = 0;
    client.socket.pause();
    client.send('a FETCH 2 BODY.PEEK[]\r\n');
    const other = await server.open();
    await other.command('FETCH 1 BODY.PEEK[]');
    const readBefore = server.mail.reads.length;
    // The buffers of two sockets on one machine take some of it, never all.
    expect(server.mail.reads.at(-1)?.end).toBeLessThan(size);
    expect(server.mail.reads.every(({ start, end }) => end - start <= 64 * 1024)).toBe(true);
    client.socket.resume();
    const line = await client.line();
    expect(line.length).toBe(`* 2 FETCH (BODY[] {${size}}\r\n)`.length + size);
    expect(server.mail.reads.length).toBeGreaterThan(readBefore);
  }, 30_000);

  it('says which messages another has expunged, and keeps the numbers meanwhile', async () => {
    server.mail.deliver('INBOX', 'Subject: two\r\n\r\n');
    server.mail.deliver('INBOX', 'Subject: three\r\n\r\n');
    await client.command('NOOP');
    server.mail.takeOut('INBOX', [2]);
    await play(
      client,
      `C: a FETCH 2:3 (UID FLAGS)
       S: * 2 FETCH (UID 2 FLAGS ())
       S: * 3 FETCH (UID 3 FLAGS ())
       S: a OK FETCH completed
       C: b FETCH 2:3 UID
       S: * 3 FETCH (UID 3)
       S: b OK [EXPUNGEISSUED] Some messages have been expunged
       C: c FETCH 2 UID
       S: c NO [EXPUNGEISSUED] The messages have been expunged
       C: d SEARCH ALL
       S: * SEARCH 1 3
       S: d OK SEARCH completed
       C: e STORE 2 +FLAGS (\\Seen)
       S: e NO [EXPUNGEISSUED] The messages have been expunged
       C: f NOOP
       S: * 2 EXPUNGE
       S: f OK NOOP completed
       C: g FETCH 2 UID
       S: * 2 FETCH (UID 3)
       S: g OK FETCH completed`,
    );
  });
});
