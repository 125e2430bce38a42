import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ImapTestServer, startImapServer } from '#support/imap-client.ts';
import { play } from '#support/imap-transcript.ts';

const words = [
  'a',
  'UID',
  'FETCH',
  'STORE',
  'SEARCH',
  'SELECT INBOX',
  'APPEND INBOX',
  'LIST "" *',
  'IDLE',
  'DONE',
  'NOOP',
  'AUTHENTICATE PLAIN',
  '1:*',
  'BODY[]',
  'BODY[1.2.HEADER.FIELDS (X)]<0.5>',
  '(FLAGS',
  ')',
  '+FLAGS (\\Seen)',
  '{3}',
  '{3+}',
  '{99999999+}',
  'abc',
  '"',
  '\\',
  '\r\n',
  '\r\n',
  '\n',
  '\0',
];
const stream = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 5 })), {
  maxLength: 40,
});

describe('createImapServer under hostile input', () => {
  let server: ImapTestServer;

  beforeEach(async () => {
    server = await startImapServer({ limits: { unauthenticatedPerAddressMax: 1000, closeGraceMs: 200 } });
    server.mail.deliver('INBOX', 'Subject: a\r\n\r\nb');
  });
  afterEach(async () => server.close());

  it('I4 survives any stream of words and octets without a fault, signed in or not', async () => {
    const witness = await server.open();
    await fc.assert(
      fc.asyncProperty(stream, fc.boolean(), async (pieces, signedIn) => {
        const client = signedIn ? await server.open() : await server.connect();
        client.send(Buffer.from(`a ${pieces.join(' ')}\r\nDONE\r\n*\r\nz LOGOUT\r\n`, 'latin1'));
        client.socket.end();
        await client.rest();
        expect(server.faults).toEqual([]);
      }),
      { numRuns: 60 },
    );
    await play(witness, 'C: a NOOP\nS: a OK NOOP completed');
  }, 30_000);

  it('I8 lets a client vanish in the middle of an answer', async () => {
    server.mail.deliver('INBOX', Buffer.alloc(10 * 1024 * 1024, 'x'), { parsed: false });
    const client = await server.open();
    client.socket.pause();
    client.send('a FETCH 2 BODY.PEEK[]\r\n');
    const other = await server.open();
    await play(
      other,
      'C: a FETCH 1 BODY.PEEK[TEXT]\nS: * 1 FETCH (BODY[TEXT] {1}\nS: b)\nS: a OK FETCH completed',
    );
    client.destroy();
    await play(other, 'C: b NOOP\nS: b OK NOOP completed');
    expect(server.faults).toEqual([]);
  }, 30_000);

  it('I8 cuts off a reader who takes nothing for long', async () => {
    await server.close();
    server = await startImapServer({ limits: { writeStallMs: 100, closeGraceMs: 60_000 } });
    server.mail.deliver('INBOX', Buffer.alloc(20 * 1024 * 1024, 'x'), { parsed: false });
    const client = await server.open();
    client.socket.pause();
    client.send('a FETCH 1 BODY.PEEK[]\r\n');
    await (await server.open()).command('NOOP');
    // Waits for the reader who is cut off, long before the grace of the shutdown would end it.
    await server.shutDown();
    expect(server.mail.reads.at(-1)?.end).toBeLessThan(20 * 1024 * 1024);
  }, 30_000);

  it('I5 ends a connection that speaks no TLS where TLS is due', async () => {
    const client = await server.connectPlain();
    client.send('a STARTTLS\r\n');
    expect(await client.line()).toBe('a OK Begin TLS negotiation now');
    client.send('b LOGIN an.nguyen@binhthuan.example "mat khau"\r\n');
    expect(await client.rest()).not.toContain('OK');
  });
});
