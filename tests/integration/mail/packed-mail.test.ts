import { type AddressInfo, createServer } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#domain/clock.ts';
import { indexTexts } from '#mail/index-text.ts';
import { messageText } from '#mail/message/message-text.ts';
import { createScanMail } from '#mail/scan/scan-mail.ts';
import { createMessageIndex } from '#store/mail/message-index.ts';
import { greetRaw } from '#support/raw-smtp.ts';
import { createSmtpFixture, type SmtpAccount, type SmtpFixture } from '#support/smtp-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let hub: SmtpFixture;
let lan: SmtpAccount;
beforeAll(async () => {
  test = await createTestDatabase();
  hub = await createSmtpFixture(test.database);
  lan = await hub.account('nguyen.thi.lan');
});
afterEach(() => hub.closeDoors());
afterAll(() => test.drop());

const within = 'noi dung ben trong';

/** A ZIP file of one entry (APPNOTE, section 4.3.7, without a directory), which says how large it is or lies. */
function zip(content: Buffer): Buffer {
  const name = Buffer.from('a.txt');
  const packed = deflateRawSync(content, { level: 9 });
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name, packed]);
}

/** 100 MB of text in a few hundred octets: packed, packed again, and once more. */
const bomb = gzipSync(zip(zip(Buffer.alloc(100_000_000, within))));

function letterWith(type: string, encoding: string, body: string): string {
  return [
    'From: a@ngoai.example',
    'Subject: Bao cao',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'kem theo',
    '--b',
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    body,
    '--b--',
    '',
  ].join('\r\n');
}

const lines = (octets: Buffer): string => octets.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
const uuencoded = 'begin 644 a.zip\r\n#0V%T\r\n`\r\nend';
const letters: readonly (readonly [name: string, letter: string])[] = [
  ['a bomb of archives in archives', letterWith('application/zip', 'base64', lines(bomb))],
  ['a bomb that calls itself text', letterWith('text/plain', 'base64', lines(bomb))],
  ['TNEF', letterWith('application/ms-tnef', 'base64', lines(Buffer.from('789f3e22', 'hex')))],
  ['a uuencoded file', letterWith('text/plain', '7bit', uuencoded)],
  ['a packed transfer encoding', letterWith('text/plain', 'x-gzip64', lines(bomb))],
  ['quoted-printable of soft breaks', letterWith('text/plain', 'quoted-printable', '=\r\n'.repeat(200_000))],
];

async function send(letter: string, options: Parameters<SmtpFixture['mxDoor']>[0] = {}): Promise<string> {
  const { port } = await hub.mxDoor(options);
  const client = await greetRaw({ port });
  await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
  return client.data(letter);
}

describe('packed mail', () => {
  it.each(letters)('M4 keeps %s as it came and finds nothing inside', async (_name, letter) => {
    expect(letter.length).toBeLessThan(1_000_000);
    expect(await send(letter)).toMatch(/^250 2\.6\.0 /);
    expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.received.toString()).toBe(letter);
    const index = createMessageIndex(test.database);
    const [id = ''] = await index.owed(new Date(Date.now() + 60_000), 10);
    const textOf = (bytes: Uint8Array) => Promise.resolve(messageText(bytes));
    await indexTexts({ index, textOf, quiet: () => Promise.resolve(), clock: systemClock }, [id]);
    const [row] = await test.database.rows<{ search_text: string }>(
      'select search_text from message where id = $1',
      [id],
    );
    expect(row?.search_text).toContain('kem theo');
    expect(row?.search_text).not.toContain(within);
    expect(row?.search_text.length).toBeLessThan(letter.length + 1_000);
  });

  it('M4 gives a scanner the message as it came, and holds what is beyond the scanner’s limits', async () => {
    const letter = letters[0]?.[1] ?? '';
    let seen = Buffer.alloc(0);
    const clamd = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        seen = Buffer.concat([seen, chunk]);
        if (seen.subarray(-4).equals(Buffer.alloc(4))) socket.end('INSTREAM size limit exceeded. ERROR\0');
      });
    });
    await new Promise<void>((resolve) => clamd.listen(0, '127.0.0.1', resolve));
    const { port } = clamd.address() as AddressInfo;
    const scan = createScanMail({
      clamd: { host: '127.0.0.1', port },
      deadlineMs: 10_000,
      log: { warn: () => undefined },
    });
    const before = (await hub.mailbox(lan, 'INBOX')).length;
    try {
      expect(await send(letter, { scan })).toMatch(/^250 /);
    } finally {
      await new Promise((resolve) => clamd.close(resolve));
    }
    // One chunk: its length, then the message.
    expect(seen.subarray('zINSTREAM\0'.length + 4, -4).toString()).toBe(letter);
    expect((await hub.mailbox(lan, 'INBOX')).length).toBe(before);
    expect(await test.database.rows('select kind, reason, state from held_mail')).toEqual([
      { kind: 'scan', reason: 'clamd: INSTREAM size limit exceeded. ERROR', state: 'held' },
    ]);
  });
});
