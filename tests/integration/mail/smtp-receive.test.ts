import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createBytesBudget } from '#mail/smtp/octet-collector.ts';
import { greetRaw } from '#support/raw-smtp.ts';
import { createSmtpFixture, type SmtpAccount, type SmtpFixture } from '#support/smtp-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let hub: SmtpFixture;
let lan: SmtpAccount;
let minh: SmtpAccount;

beforeAll(async () => {
  test = await createTestDatabase();
  hub = await createSmtpFixture(test.database);
  lan = await hub.account('nguyen.thi.lan');
  minh = await hub.account('tran.van.minh');
});
afterEach(() => hub.closeDoors());
afterAll(() => test.drop());

const letter = (subject: string, body = 'Kính gửi Văn phòng.\r\n'): string =>
  `From: Khách <khach@ngoai.example>\r\nTo: ${lan.address}\r\nSubject: ${subject}\r\n\r\n${body}`;

describe('createMxDoor, receiving', () => {
  it('says 250 after the commit, and what was received is read back byte for byte', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const octets = Buffer.from(`${letter('Tiếng Việt')}.dot\r\n..two\r\n\r\n.\x20\r\n\xff\xfe\r\n`, 'latin1');
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(octets)).toMatch(/^250 2\.6\.0 Accepted as [\w.]+$/);
    const stored = (await hub.mailbox(lan, 'INBOX')).at(-1);
    expect(stored?.received.equals(octets)).toBe(true);
    expect(stored?.receivedSha256).toBe(createHash('sha256').update(octets).digest('hex'));
    expect(stored?.bytes.toString()).toMatch(
      new RegExp(
        `^Return-Path: <khach@ngoai\\.example>\\r\\nReceived: from client\\.example \\(\\[127\\.0\\.0\\.1\\]\\)\\r\\n\\tby mail\\.binhthuan\\.example with ESMTP id [\\w.]+\\r\\n\\tfor <${lan.address}>;`,
      ),
    );
    const event = (await hub.events('mail.delivered')).at(-1);
    expect(event).toMatchObject({ accountIds: [lan.accountId] });
  });

  it('offers what it does and nothing else', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    expect(await client.command('EHLO client.example')).toBe(
      [
        '250-mail.binhthuan.example',
        '250-PIPELINING',
        '250-8BITMIME',
        '250-SMTPUTF8',
        '250-ENHANCEDSTATUSCODES',
        '250-DSN',
        '250-STARTTLS',
        '250 SIZE 26214400',
      ].join('\n'),
    );
    expect(await client.command('AUTH PLAIN AGEAYg==')).toMatch(/^500 /);
  });

  it('delivers to each account once, however it is spelled (S15)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const before = (await hub.mailbox(lan, 'INBOX')).length;
    await client.commands(
      'MAIL FROM:<>',
      `RCPT TO:<${lan.address}>`,
      `RCPT TO:<${lan.address.toUpperCase()}>`,
      `RCPT TO:<nguyen.thi.lan+danh-sach@${hub.fqdn}>`,
      `RCPT TO:<${minh.address}>`,
    );
    expect(await client.data(letter('Hai người'))).toMatch(/^250 /);
    const inbox = await hub.mailbox(lan, 'INBOX');
    expect(inbox.length).toBe(before + 1);
    expect(inbox.at(-1)?.bytes.toString()).not.toContain('for <');
    const event = (await hub.events('mail.delivered')).at(-1);
    expect(event?.['accountIds']).toHaveLength(2);
    expect(event?.['accountIds']).toEqual(expect.arrayContaining([lan.accountId, minh.accountId]));
  });

  it('takes what nodemailer sends over STARTTLS, pipelined and large', async () => {
    const { port } = await hub.mxDoor();
    const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
    const attachment = Buffer.alloc(700_000, 'số liệu ');
    await transport.sendMail({
      from: 'khach@ngoai.example',
      to: lan.address,
      subject: 'Báo cáo',
      text: 'Xem tệp gửi kèm.',
      attachments: [{ filename: 'bao-cao.txt', content: attachment }],
    });
    transport.close();
    const stored = (await hub.mailbox(lan, 'INBOX')).at(-1);
    const encoded = stored?.bytes.toString().replaceAll('\r\n', '') ?? '';
    expect(encoded).toContain(attachment.toString('base64'));
    expect(stored?.bytes.toString()).toContain('with ESMTPS id');
  });

  it('answers a whole dialogue that came in one write, in order (RFC 2920)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const transaction = `MAIL FROM:<a@ngoai.example>\r\nRCPT TO:<khong.ai@${hub.fqdn}>\r\nRCPT TO:<${lan.address}>\r\n`;
    client.send(
      `${transaction}DATA\r\n${letter('Một')}.\r\n${transaction}DATA\r\n${letter('Hai')}.\r\nQUIT\r\n`,
    );
    const codes: string[] = [];
    for (let reply = await client.read(); reply !== ''; reply = await client.read())
      codes.push(reply.slice(0, 3));
    const each = ['250', '550', '250', '354', '250'];
    expect(codes).toEqual([...each, ...each, '221']);
    const inbox = await hub.mailbox(lan, 'INBOX');
    expect(inbox.slice(-2).map(({ received }) => received.toString())).toEqual([
      letter('Một'),
      letter('Hai'),
    ]);
  });

  it('removes Authentication-Results of our own name only', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const other = 'Authentication-Results: ngoai.example; spf=pass\r\n';
    const own = 'Authentication-Results: mail.binhthuan.example; dkim=pass\r\n';
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(`${other}${own}${letter('Kết quả')}`)).toMatch(/^250 /);
    expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.received.toString()).toBe(
      `${other}${letter('Kết quả')}`,
    );
  });

  it('refuses a secrecy mark and stores not one octet (R10)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const before = await hub.messageCount();
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    const reply = await client.data(letter('Kế hoạch', 'TUYỆT MẬT\r\n\r\nNội dung.\r\n'));
    expect(reply).toMatch(/^550 5\.7\.1 [\x20-\x7e]*State Secrets/);
    expect(await hub.messageCount()).toBe(before);
  });

  it('answers 451 when the scan is late, and 451 4.3.0 for a fault without a word of it', async () => {
    const before = await hub.messageCount();
    const late = await hub.mxDoor({ parse: () => Promise.resolve(undefined) });
    const broken = await hub.mxDoor({ receive: () => Promise.reject(new Error('password=hunter2')) });
    for (const { port } of [late, broken]) {
      const client = await greetRaw({ port });
      await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
      const reply = await client.data(letter('Chậm'));
      expect(reply).toMatch(/^451 4\.3\.0 /);
      expect(reply).not.toContain('hunter2');
      expect(await client.command('NOOP')).toMatch(/^250 /);
    }
    expect(await hub.messageCount()).toBe(before);
    expect(hub.faults.at(-1)).toBeInstanceOf(Error);
  });

  it('answers 451 and writes nothing when the transaction fails half-way', async () => {
    const bare = await hub.account('khong.hop.thu');
    await test.database.rows('delete from mailbox where account_id = $1', [bare.accountId]);
    const before = { messages: await hub.messageCount(), inbox: (await hub.mailbox(lan, 'INBOX')).length };
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.commands(
      'MAIL FROM:<a@ngoai.example>',
      `RCPT TO:<${lan.address}>`,
      `RCPT TO:<${bare.address}>`,
    );
    expect(await client.data(letter('Lỗi'))).toMatch(/^451 4\.3\.0 /);
    expect(await hub.messageCount()).toBe(before.messages);
    expect((await hub.mailbox(lan, 'INBOX')).length).toBe(before.inbox);
  });

  it('answers 452 4.3.1 while memory is used up, then takes the same message', async () => {
    const budget = createBytesBudget(256 * 1024);
    const { port } = await hub.mxDoor({ budget });
    const client = await greetRaw({ port });
    budget.take(250 * 1024);
    expect(await client.command('MAIL FROM:<khach@ngoai.example> SIZE=100000')).toMatch(/^452 4\.3\.1 /);
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(letter('Đầy'))).toMatch(/^452 4\.3\.1 /);
    budget.give(250 * 1024);
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(letter('Đầy'))).toMatch(/^250 /);
    expect(budget.left).toBe(256 * 1024);
  });

  it('refuses a message that has passed more than 50 servers (S18)', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const hop = 'Received: from a.example by b.example; Mon, 04 Jan 2016 07:30:00 +0700\r\n';
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(`${hop.repeat(51)}${letter('Vòng')}`)).toMatch(/^554 5\.4\.6 /);
    await client.commands('MAIL FROM:<khach@ngoai.example>', `RCPT TO:<${lan.address}>`);
    expect(await client.data(`${hop.repeat(50)}${letter('Vòng')}`)).toMatch(/^250 /);
  });

  it('leaves nothing of a message whose connection was lost', async () => {
    const { port } = await hub.mxDoor();
    const before = await hub.messageCount();
    const client = await greetRaw({ port });
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`, 'DATA');
    client.send(letter('Dở dang'));
    client.destroy();
    await client.closed;
    const other = await greetRaw({ port });
    expect(await other.command('NOOP')).toMatch(/^250 /);
    expect(await hub.messageCount()).toBe(before);
  });

  it('lets a delivery that is under way end before it closes', async () => {
    let committed: (() => void) | undefined;
    const commit = new Promise<void>((resolve) => (committed = resolve));
    let started: (() => void) | undefined;
    const start = new Promise<void>((resolve) => (started = resolve));
    const door = await hub.mxDoor({
      receive: async () => {
        started?.();
        await commit;
      },
    });
    const client = await greetRaw({ port: door.port });
    const idle = await greetRaw({ port: door.port });
    await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
    const reply = client.data(letter('Cuối'));
    await start;
    const closing = door.close();
    expect(await idle.read()).toMatch(/^421 4\.3\.2 /);
    committed?.();
    expect(await reply).toMatch(/^250 /);
    client.destroy();
    await closing;
  });
});
