import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { connectRaw, greetRaw } from '#support/raw-smtp.ts';
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

const head = 'From: a@ngoai.example\r\nSubject: thu\r\n\r\n';

/** Ten endings that servers were found to take for the end (smtpsmug), and eight of ours. */
const endings: readonly (readonly [name: string, octets: string])[] = [
  ['LF . LF', '\n.\n'],
  ['LF . CRLF', '\n.\r\n'],
  ['CR . CR', '\r.\r'],
  ['CR . LF', '\r.\n'],
  ['CR . CRLF', '\r.\r\n'],
  ['CRLF . CR', '\r\n.\r'],
  ['CRLF . LF', '\r\n.\n'],
  ['LF . CR', '\n.\r'],
  ['CRLF NUL . CRLF', '\r\n\0.\r\n'],
  ['CRLF . NUL CRLF', '\r\n.\0\r\n'],
  ['CR CR LF . CR CR LF', '\r\r\n.\r\r\n'],
  ['CRLF . CR CRLF', '\r\n.\r\r\n'],
  ['CR LF CR . CRLF', '\r\n\r.\r\n'],
  ['LF LF . LF LF', '\n\n.\n\n'],
  ['LF CR . LF CR', '\n\r.\n\r'],
  ['CRLF . CRLF in NUL', '\0\r\n.\0\r\n\0'],
  ['LF .. CRLF', '\n..\r\n'],
  ['CR .. CR', '\r..\r'],
];

describe('createMxDoor under attack', () => {
  it.each(endings)('takes nothing that is smuggled behind %s (S1)', async (_name, ending) => {
    const { port } = await hub.mxDoor();
    const before = await hub.messageCount();
    const client = await greetRaw({ port });
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA');
    const smuggled = `MAIL FROM:<admin@${hub.fqdn}>\r\nRCPT TO:<${lan.address}>\r\nDATA\r\n${head}smuggled\r\n.\r\n`;
    client.send(Buffer.from(`${head}first${ending}${smuggled}`, 'latin1'));
    expect(await client.read()).toMatch(/^550 5\.6\.0 /);
    expect(await client.read()).toBe('');
    expect(await hub.messageCount()).toBe(before);
  });

  it('ends a message at CRLF . CRLF however the octets are cut (S1)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA');
    const octets = `${head}..\r\n...\r\nx\r\n.\r\nNOOP\r\n`;
    for (const octet of octets) {
      client.send(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.read()).toMatch(/^250 2\.6\.0 /);
    expect(await client.read()).toMatch(/^250 /);
    expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.received.toString()).toBe(`${head}.\r\n..\r\nx\r\n`);
  });

  it('drops what was sent in clear behind STARTTLS, and what was said before it (S3)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<a@ngoai.example>');
    await client.startTls('EHLO injected.example\r\nMAIL FROM:<injected@ngoai.example>\r\n');
    // The first reply inside TLS is to the first command inside TLS; EHLO and MAIL are forgotten.
    expect(await client.command('MAIL FROM:<a@ngoai.example>')).toMatch(/^503 .*EHLO/);
    expect(await client.command('EHLO client.example')).not.toContain('STARTTLS');
    expect(await client.command(`RCPT TO:<${lan.address}>`)).toMatch(/^503 .*MAIL/);
    expect(await client.command('STARTTLS')).toMatch(/^503 /);
  });

  it('accepts no recipient that is not ours, in any of 30 forms (S6)', async () => {
    const { port } = await hub.mxDoor({ limits: { hardErrorsMax: 100, unknownRecipientsMax: 100 } });
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<a@ngoai.example> SMTPUTF8');
    const ours = hub.fqdn;
    const forms = [
      'nguoi@ngoai.example',
      'nguoi@NGOAI.example',
      `@${ours}:nguoi@ngoai.example`,
      `@ngoai.example:${lan.address}`,
      `@ngoai.example,@${ours}:${lan.address}`,
      `nguoi%ngoai.example@${ours}`,
      `nguyen.thi.lan%ngoai.example@${ours}`,
      `ngoai.example!nguoi@${ours}`,
      `${ours}!nguyen.thi.lan@ngoai.example`,
      `nguoi@ngoai.example@${ours}`,
      `nguyen.thi.lan@${ours}@ngoai.example`,
      `"nguoi@ngoai.example"@${ours}`,
      `"nguyen.thi.lan@${ours}"@ngoai.example`,
      'nguyen.thi.lan@[127.0.0.1]',
      'nguyen.thi.lan@[IPv6:::1]',
      'nguoi@[192.0.2.1]',
      'nguyen.thi.lan@127.0.0.1',
      'nguyen.thi.lan@#2130706433',
      'nguyen.thi.lan@localhost',
      `nguyen.thi.lan@sub.${ours}`,
      `nguyen.thi.lan@${ours}.ngoai.example`,
      `nguyen.thi.lan@x${ours}`,
      `nguyen.thi.lan@${ours}.`,
      `nguyen.thi.lan@.${ours}`,
      'nguyen.thi.lan',
      '',
      ' ',
      `nguyen.thi.lan@${ours} nguoi@ngoai.example`,
      `nguyen.thi.lan@${ours}>,<nguoi@ngoai.example`,
      `nguyen.thi.lan@${ours.replace('vpubnd', 'vρubnd')}`,
      `khong.ai@${ours}`,
    ];
    for (const form of forms) {
      const reply = await client.command(`RCPT TO:<${form}>`);
      expect(reply, form).toMatch(/^(?:550|553|555|501) 5\./);
    }
    expect(await client.command(`RCPT TO:${lan.address}`)).toMatch(/^501 /);
    expect(await client.command('DATA')).toMatch(/^503 /);
    expect(await client.command(`RCPT TO:<nguoi@ngoai.example>`)).toBe('550 5.7.1 Relaying denied');
    expect(await client.command(`RCPT TO:<khong.ai@${ours}>`)).toBe('550 5.1.1 No such mailbox here');
  });

  it('takes postmaster without a domain (RFC 5321, section 4.5.1)', async () => {
    const postmaster = await hub.account('postmaster', { kind: 'system' });
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<>');
    expect(await client.command('RCPT TO:<Postmaster>')).toMatch(/^250 2\.1\.5 /);
    expect(await client.data(`${head}giúp\r\n`)).toMatch(/^250 /);
    expect((await hub.mailbox(postmaster, 'INBOX')).length).toBe(1);
  });

  it('closes at a command line of more than 4 KiB, ended or not (S11)', async () => {
    const { port } = await hub.mxDoor();
    for (const octets of [`NOOP ${'a'.repeat(4_200)}\r\nNOOP\r\n`, 'a'.repeat(3_000_000)]) {
      const client = await greetRaw({ port });
      client.send(octets);
      expect(await client.read()).toMatch(/^500 5\.5\.2 /);
      expect(await client.read()).toBe('');
    }
    const client = await greetRaw({ port });
    expect(await client.command(`NOOP ${'a'.repeat(4_000)}`)).toMatch(/^250 /);
  });

  it('takes text lines beyond 998 octets as they are, but not without end (S11)', async () => {
    const { port } = await hub.mxDoor({ limits: { dataLineBytesMax: 50_000 } });
    const client = await greetRaw({ port });
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
    const long = `${head}${'a'.repeat(40_000)}\r\n`;
    expect(await client.data(long)).toMatch(/^250 /);
    expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.received.toString()).toBe(long);
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(`${head}${'a'.repeat(60_000)}\r\n`)).toMatch(/^550 5\.6\.0 /);
    expect(await client.read()).toBe('');
  });

  it('refuses a message by its SIZE, by its octets, and closes at a tenth more (S12)', async () => {
    const { port } = await hub.mxDoor({ limits: { messageBytesMax: 100_000 } });
    const before = await hub.messageCount();
    const client = await greetRaw({ port });
    expect(await client.command('MAIL FROM:<a@ngoai.example> SIZE=100001')).toMatch(/^552 5\.3\.4 /);
    expect(await client.command('MAIL FROM:<a@ngoai.example> SIZE=-1')).toMatch(/^501 /);
    await client.commands('MAIL FROM:<a@ngoai.example> SIZE=10', `RCPT TO:<${lan.address}>`);
    const line = `${'a'.repeat(98)}\r\n`;
    expect(await client.data(`${head}${line.repeat(1_010)}`)).toMatch(/^552 5\.3\.4 /);
    expect(await client.command('NOOP')).toMatch(/^250 /);
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA');
    client.send(`${head}${line.repeat(1_200)}`);
    expect(await client.read()).toMatch(/^552 5\.3\.4 /);
    expect(await client.read()).toBe('');
    await client.closed;
    expect(await hub.messageCount()).toBe(before);
  });

  it('never reads the body of BDAT as commands (S14)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    client.send('BDAT 50\r\nMAIL FROM:<a@ngoai.example>\r\nNOOP\r\n');
    expect(await client.read()).toMatch(/^502 5\.5\.1 /);
    expect(await client.read()).toBe('');
  });

  it('takes 1,000 recipients and answers 452 4.5.3 beyond (S15)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<a@ngoai.example>');
    const tagged = Array.from(
      { length: 1_003 },
      (_, index) => `RCPT TO:<nguyen.thi.lan+${index}@${hub.fqdn}>\r\n`,
    );
    client.send(tagged.join(''));
    const replies: string[] = [];
    for (const _ of tagged) replies.push(await client.read());
    expect(replies.filter((reply) => reply.startsWith('250 2.1.5')).length).toBe(1_000);
    expect(replies.slice(1_000).every((reply) => reply.startsWith('452 4.5.3'))).toBe(true);
    const before = (await hub.mailbox(lan, 'INBOX')).length;
    expect(await client.data(`${head}một lần\r\n`)).toMatch(/^250 /);
    expect((await hub.mailbox(lan, 'INBOX')).length).toBe(before + 1);
  });

  it('shuts an address out at its 20th unknown recipient, and no other address (S16)', async () => {
    const { port } = await hub.mxDoor({ limits: { hardErrorsMax: 100 } });
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<a@ngoai.example>');
    const replies: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      replies.push(await client.command(`RCPT TO:<khong.ai.${index}@${hub.fqdn}>`));
    }
    expect(replies.slice(0, 19).every((reply) => reply.startsWith('550 5.1.1'))).toBe(true);
    expect(replies[19]).toMatch(/^421 4\.7\.0 /);
    expect(await client.read()).toBe('');
    const again = await connectRaw({ port });
    expect(await again.read()).toMatch(/^421 4\.7\.0 /);
    const other = await greetRaw({ port, localAddress: '127.0.0.2' });
    await other.command('MAIL FROM:<a@ngoai.example>');
    expect(await other.command(`RCPT TO:<${lan.address}>`)).toMatch(/^250 /);
  });

  it('tells nothing by VRFY and EXPN (S16)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const known = await client.command(`VRFY ${lan.address}`);
    expect(known).toMatch(/^252 /);
    expect(await client.command(`VRFY khong.ai@${hub.fqdn}`)).toBe(known);
    expect(await client.command(`EXPN toan-tinh@${hub.fqdn}`)).toMatch(/^502 5\.5\.1 /);
  });

  it('lets an address hold 50 connections, and others meanwhile (S22)', async () => {
    const { port } = await hub.mxDoor({ limits: { unauthenticatedPerAddressMax: 5 } });
    const held = await Promise.all(Array.from({ length: 5 }, () => greetRaw({ port })));
    const refused = await connectRaw({ port });
    expect(await refused.read()).toMatch(/^421 4\.7\.0 Too many connections/);
    const other = await greetRaw({ port, localAddress: '127.0.0.3' });
    expect(await other.command('NOOP')).toMatch(/^250 /);
    held[0]?.destroy();
    await held[0]?.closed;
    await expect.poll(async () => (await connectRaw({ port })).read(), { timeout: 5_000 }).toMatch(/^220 /);
  });

  it('closes after 20 refused commands', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    for (let index = 0; index < 19; index += 1) await client.command('EXPN a');
    client.send('EXPN a\r\n');
    expect(await client.read()).toMatch(/^502 /);
    expect(await client.read()).toMatch(/^421 4\.7\.0 /);
    expect(await client.read()).toBe('');
  });

  it('closes at a deadline that no dripping octet moves (S13)', async () => {
    const { port } = await hub.mxDoor({ limits: { commandDeadlineMs: 600, dataGraceMs: 600, sweepMs: 50 } });
    const inCommand = await greetRaw({ port });
    const inData = await greetRaw({ port });
    await inData.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA');
    const drip = setInterval(() => {
      if (!inCommand.isClosed) inCommand.send('a');
      if (!inData.isClosed) inData.send('a');
    }, 50);
    try {
      expect(await inCommand.read()).toMatch(/^421 4\.4\.2 /);
      expect(await inData.read()).toMatch(/^421 4\.4\.2 /);
    } finally {
      clearInterval(drip);
    }
  });

  it('refuses parameters it has not announced', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    expect(await client.command('MAIL FROM:<a@ngoai.example> HOLDFOR=60')).toMatch(/^555 5\.5\.4 /);
    expect(await client.command('MAIL FROM:<a@ngoai.example> BINARYMIME')).toMatch(/^555 5\.5\.4 /);
    expect(await client.command('MAIL FROM:<á@ngoai.example>')).toMatch(/^553 5\.6\.7 /);
    await client.command('MAIL FROM:<a@ngoai.example> BODY=8BITMIME');
    expect(await client.command(`RCPT TO:<${lan.address}> ALTRECIP=x@b.example`)).toMatch(/^555 5\.5\.4 /);
    expect(await client.command('XCLIENT ADDR=10.0.0.1')).toMatch(/^500 /);
  });

  it('S21 lets nobody say who the client is: PROXY, XCLIENT and XFORWARD change nothing', async () => {
    const { port } = await hub.mxDoor();
    const proxied = await connectRaw({ port });
    proxied.send('PROXY TCP4 10.9.8.7 127.0.0.1 40000 25\r\n');
    // It spoke before it was greeted, and is told so or cut off.
    expect(await proxied.read()).not.toMatch(/^2/);
    const client = await greetRaw({ port });
    expect(await client.command('EHLO client.example')).not.toMatch(/XCLIENT|XFORWARD/);
    expect(await client.command('XCLIENT ADDR=10.9.8.7 LOGIN=chu.tich')).toMatch(/^50\d /);
    expect(await client.command('XFORWARD ADDR=10.9.8.7')).toMatch(/^50\d /);
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data('From: a@ngoai.example\r\nSubject: Thu\r\n\r\nNoi dung.\r\n')).toMatch(/^250 /);
    const stored = (await hub.mailbox(lan, 'INBOX')).at(-1)?.bytes.toString() ?? '';
    expect(stored).toContain('([127.0.0.1])');
    expect(stored).not.toContain('10.9.8.7');
  });
});
