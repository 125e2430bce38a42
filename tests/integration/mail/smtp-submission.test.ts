import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { flagBit } from '#domain/mail/structure.ts';
import { connectRaw, greetRaw, plainToken, type RawSmtp } from '#support/raw-smtp.ts';
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

async function signedIn(port: number, account: SmtpAccount): Promise<RawSmtp> {
  const client = await greetRaw({ port });
  await client.startTls();
  await client.command('EHLO client.example');
  expect(await client.command(`AUTH PLAIN ${plainToken(account.address, account.password)}`)).toMatch(
    /^235 /,
  );
  return client;
}

/** Signs Lan in; undefined while the door still counts an earlier connection. */
async function trySignIn(port: number): Promise<RawSmtp | undefined> {
  const client = await connectRaw({ port });
  if (!(await client.read()).startsWith('220')) return undefined;
  await client.command('EHLO client.example');
  await client.startTls();
  await client.command('EHLO client.example');
  const reply = await client.command(`AUTH PLAIN ${plainToken(lan.address, lan.password)}`);
  return reply.startsWith('235') ? client : undefined;
}

async function poll<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  let result: Result | undefined;
  await expect.poll(async () => (result = await attempt()), { timeout: 5_000 }).toBeDefined();
  if (result === undefined) throw new Error('never came');
  return result;
}

const letter = (from: string, more = ''): string =>
  `From: ${from}\r\nTo: ${minh.address}\r\nSubject: Báo cáo\r\n${more}\r\nKính gửi anh Minh.\r\n`;
const dated = 'Message-ID: <1@may.example>\r\nDate: Mon, 04 Jan 2016 07:30:00 +0700\r\n';

describe('createSubmissionDoor, signing in', () => {
  it('takes no password before TLS and does not ask for one (S7)', async () => {
    const { port } = await hub.submissionDoor();
    const client = await greetRaw({ port });
    expect(await client.command('EHLO client.example')).not.toContain('AUTH');
    expect(await client.command(`AUTH PLAIN ${plainToken(lan.address, lan.password)}`)).toMatch(
      /^538 5\.7\.0 /,
    );
    expect(await client.command(`MAIL FROM:<${lan.address}>`)).toMatch(/^530 5\.7\.0 .*STARTTLS/);
    await client.startTls();
    expect(await client.command('EHLO client.example')).toContain('AUTH PLAIN LOGIN');
  });

  it('drops what was sent in clear behind STARTTLS (S3)', async () => {
    const { port } = await hub.submissionDoor();
    const client = await greetRaw({ port });
    await client.startTls(`EHLO x\r\nAUTH PLAIN ${plainToken(lan.address, lan.password)}\r\n`);
    expect(await client.command('EHLO client.example')).toContain('AUTH PLAIN LOGIN');
    expect(await client.command(`MAIL FROM:<${lan.address}>`)).toMatch(/^530 /);
  });

  it('signs in with PLAIN and LOGIN, once (S7)', async () => {
    const { port } = await hub.submissionDoor({ implicitTls: true });
    const client = await greetRaw({ port, tls: true });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    expect(await client.command('AUTH LOGIN')).toBe('334 VXNlcm5hbWU6');
    expect(await client.command(base64(lan.address))).toBe('334 UGFzc3dvcmQ6');
    expect(await client.command(base64(lan.password))).toMatch(/^235 2\.7\.0 /);
    expect(await client.command(`AUTH PLAIN ${plainToken(minh.address, minh.password)}`)).toMatch(/^503 /);
    const second = await greetRaw({ port, tls: true });
    expect(await second.command('AUTH PLAIN')).toBe('334');
    expect(await second.command(plainToken(lan.address, lan.password, lan.address))).toMatch(/^235 /);
  });

  it('answers the same for a wrong password, nobody, and acting as another (S7)', async () => {
    const { port } = await hub.submissionDoor({ implicitTls: true });
    const tokens = [
      plainToken(lan.address, 'wrong'),
      plainToken(`khong.ai@${hub.fqdn}`, 'wrong'),
      plainToken(lan.address, lan.password, minh.address),
      plainToken('', lan.password, lan.address),
    ];
    for (const token of tokens) {
      const client = await greetRaw({ port, tls: true });
      expect(await client.command(`AUTH PLAIN ${token}`)).toBe('535 5.7.8 Wrong address or password');
      expect(await client.command(`MAIL FROM:<${lan.address}>`)).toMatch(/^530 /);
    }
    const client = await greetRaw({ port, tls: true });
    const withNul = Buffer.from(`\0${lan.address}\0x\0${lan.password}`).toString('base64');
    expect(await client.command(`AUTH PLAIN ${withNul}`)).toMatch(/^501 /);
    expect(await client.command('AUTH CRAM-MD5')).toMatch(/^504 /);
  });

  it('answers 454 when guessing goes too fast or the check fails', async () => {
    const { port } = await hub.submissionDoor({
      implicitTls: true,
      signIn: () => Promise.reject(new Error('connect ECONNREFUSED')),
    });
    const client = await greetRaw({ port, tls: true });
    expect(await client.command(`AUTH PLAIN ${plainToken('a@b.example', 'c')}`)).toMatch(
      /^454 4\.7\.0 Cannot/,
    );
  });

  it('counts who signed in by account and not by address', async () => {
    const limits = { unauthenticatedPerAddressMax: 2, connectionsPerAccountMax: 3 };
    const { port } = await hub.submissionDoor({ limits });
    const held = [await signedIn(port, lan), await signedIn(port, lan), await signedIn(port, lan)];
    const fourth = await greetRaw({ port });
    await fourth.startTls();
    await fourth.command('EHLO client.example');
    expect(await fourth.command(`AUTH PLAIN ${plainToken(lan.address, lan.password)}`)).toMatch(
      /^421 4\.7\.0 /,
    );
    expect((await signedIn(port, minh)).isClosed).toBe(false);
    for (const client of held) client.destroy();
  });
});

describe('createSubmissionDoor, counting', () => {
  it('forgets connections that have ended, also those that began TLS', async () => {
    const limits = { unauthenticatedPerAddressMax: 1, connectionsPerAccountMax: 1 };
    const { port } = await hub.submissionDoor({ limits });
    for (let index = 0; index < 4; index += 1) {
      const client = await poll(() => trySignIn(port));
      client.destroy();
      await client.closed;
    }
  });
});

describe('createSubmissionDoor, sending', () => {
  it('delivers, keeps a copy in Sent, and both hear of it', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    await client.commands(`MAIL FROM:<${lan.address}>`, `RCPT TO:<${minh.address}>`);
    const octets = letter(lan.address, dated);
    expect(await client.data(octets)).toMatch(/^250 2\.6\.0 /);
    const inbox = (await hub.mailbox(minh, 'INBOX')).at(-1);
    const sent = (await hub.mailbox(lan, 'Sent')).at(-1);
    expect(inbox?.received.toString()).toBe(octets);
    expect(sent?.bytes.equals(inbox?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect(sent?.flags).toBe(flagBit.seen);
    expect(inbox?.bytes.toString()).toContain('with ESMTPSA id');
    const event = (await hub.events('mail.delivered')).at(-1);
    expect(event?.['accountIds']).toEqual([minh.accountId, lan.accountId]);
  });

  it('adds Message-ID and Date where they are missing and removes Bcc', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    await client.commands(`MAIL FROM:<${lan.address}>`, `RCPT TO:<${minh.address}>`);
    await client.data(letter(lan.address, `BCC: a@${hub.fqdn},\r\n\tb@${hub.fqdn}\r\nX-Own: giữ\r\n`));
    const stored = (await hub.mailbox(minh, 'INBOX')).at(-1)?.received.toString() ?? '';
    const [added = '', date = ''] = stored.split('\r\n');
    expect(added).toMatch(new RegExp(`^Message-ID: <[0-9a-f-]{36}@${hub.fqdn}>$`));
    expect(date).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0700$/);
    expect(stored.split('\r\n').slice(2).join('\r\n')).toBe(letter(lan.address, 'X-Own: giữ\r\n'));
  });

  it('is what nodemailer expects, on both ports', async () => {
    const starttls = await hub.submissionDoor();
    const tls = await hub.submissionDoor({ implicitTls: true });
    for (const [port, secure] of [
      [starttls.port, false],
      [tls.port, true],
    ] as const) {
      const transport = createTransport({
        host: '127.0.0.1',
        port,
        secure,
        requireTLS: true,
        auth: { user: lan.address, pass: lan.password },
        tls: { rejectUnauthorized: false },
      });
      const { messageId } = await transport.sendMail({
        from: { name: 'Nguyễn Thị Lan', address: lan.address },
        to: minh.address,
        bcc: lan.address,
        subject: 'Lịch họp',
        text: 'Họp lúc 8 giờ.',
      });
      transport.close();
      const stored = (await hub.mailbox(minh, 'INBOX')).at(-1)?.bytes.toString();
      expect(stored).toContain(`Message-ID: ${messageId}`);
      expect(stored).not.toMatch(/^bcc:/im);
      expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.bytes.toString()).toBe(stored);
    }
  });

  it('owes mail for other domains as soon as it has said 250, and knows at once who is not here', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    await client.command(`MAIL FROM:<${lan.address}>`);
    expect(await client.command('RCPT TO:<nguoi@ngoai.example>')).toMatch(/^250 /);
    expect(await client.command(`RCPT TO:<khong.ai@${hub.fqdn}>`)).toBe('550 5.1.1 No such mailbox here');
    expect(await client.data(letter(lan.address))).toMatch(/^250 /);
    const owed = await test.database.rows<{ recipient: string; domain: string; state: string }>(
      'select recipient, domain, state from outbound_delivery',
    );
    expect(owed).toEqual([{ recipient: 'nguoi@ngoai.example', domain: 'ngoai.example', state: 'queued' }]);
  });

  it('refuses a secrecy mark, stores nothing and keeps no copy (R10)', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    const before = [await hub.messageCount(), (await hub.mailbox(lan, 'Sent')).length];
    await client.commands(`MAIL FROM:<${lan.address}>`, `RCPT TO:<${minh.address}>`);
    expect(await client.data(`${letter(lan.address)}MẬT\r\n`)).toMatch(/^550 5\.7\.1 /);
    expect([await hub.messageCount(), (await hub.mailbox(lan, 'Sent')).length]).toEqual(before);
  });
});

describe('createSubmissionDoor, whose name a message bears (S8)', () => {
  let clerk: SmtpAccount;
  let specialist: SmtpAccount;
  let office: SmtpAccount;
  let elsewhere: SmtpAccount;

  beforeAll(async () => {
    const unit = await hub.unit('VP');
    const other = await hub.unit('STTTT');
    clerk = await hub.official('van.thu.a', unit, 'clerk');
    specialist = await hub.official('chuyen.vien.a', unit, 'specialist');
    office = await hub.account('vanthu', { kind: 'role', unitId: unit });
    elsewhere = await hub.account('so.tttt', { kind: 'unit', unitId: other });
  });

  it('lets every account send as itself, and only the office people as the office', async () => {
    const { port } = await hub.submissionDoor();
    const may: readonly (readonly [SmtpAccount, readonly SmtpAccount[]])[] = [
      [lan, [lan]],
      [specialist, [specialist]],
      [clerk, [clerk, office]],
      [office, [office]],
    ];
    for (const [account, senders] of may) {
      const client = await signedIn(port, account);
      for (const sender of [lan, minh, clerk, specialist, office, elsewhere]) {
        const reply = await client.command(`MAIL FROM:<${sender.address}>`);
        await client.command('RSET');
        const allowed = senders.includes(sender);
        expect(reply, `${account.address} as ${sender.address}`).toMatch(allowed ? /^250 / : /^553 5\.7\.1 /);
        await client.commands(`MAIL FROM:<${account.address}>`, `RCPT TO:<${minh.address}>`);
        const answer = await client.data(letter(`Văn thư <${sender.address}>`, dated));
        expect(answer, `${account.address} as ${sender.address}`).toMatch(
          allowed ? /^250 / : /^550 5\.7\.1 /,
        );
      }
      expect(await client.command('MAIL FROM:<chutich@ngoai.example>')).toMatch(/^553 5\.7\.1 /);
      client.destroy();
    }
  });

  it('refuses a From that is missing, double, of several, or of a foreign Sender', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    const before = await hub.messageCount();
    const heads = [
      '',
      `From: ${lan.address}\r\nFrom: ${minh.address}\r\n`,
      `From: ${lan.address}\r\nfrom : ${minh.address}\r\n`,
      `From: ${lan.address}, ${minh.address}\r\n`,
      `From: ${minh.address}, ${lan.address}\r\n`,
      `From: nhóm: ${lan.address};\r\n`,
      `From: ${lan.address}\r\nSender: ${minh.address}\r\n`,
      `From: ${lan.address}\r\nSender: ${lan.address}\r\nSender: ${minh.address}\r\n`,
      `From: "${lan.address}" <${minh.address}>\r\n`,
      `From: <${minh.address}> (${lan.address})\r\n`,
      'From: Chủ tịch <chutich@ngoai.example>\r\n',
      'From: <>\r\n',
      'From: =?utf-8?q?nguyen.thi.lan=40vpubnd.binhthuan.example?=\r\n',
    ];
    for (const head of heads) {
      await client.commands(`MAIL FROM:<${lan.address}>`, `RCPT TO:<${minh.address}>`);
      const reply = await client.data(`${head}To: ${minh.address}\r\nSubject: x\r\n\r\nx\r\n`);
      expect(reply, head).toMatch(/^550 5\.7\.1 From must be one address/);
    }
    expect(await hub.messageCount()).toBe(before);
  });

  it('takes a plus address of its own and a Sender that is itself', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, lan);
    await client.commands(`MAIL FROM:<nguyen.thi.lan+hop@${hub.fqdn}>`, `RCPT TO:<${minh.address}>`);
    expect(await client.data(letter(lan.address.toUpperCase(), `Sender: ${lan.address}\r\n`))).toMatch(
      /^250 /,
    );
  });

  it('refuses a suspended account that is still connected', async () => {
    const leaving = await hub.account('nghi.viec');
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port, leaving);
    await test.database.rows(`update account set status = 'suspended' where id = $1`, [leaving.accountId]);
    expect(await client.command(`MAIL FROM:<${leaving.address}>`)).toMatch(/^553 5\.7\.1 /);
  });

  it('needs AUTH again after STARTTLS, so no name is carried over', async () => {
    const { port } = await hub.submissionDoor();
    const client = await connectRaw({ port });
    await client.read();
    expect(await client.command(`MAIL FROM:<${lan.address}>`)).toMatch(/^503 /);
    expect(client.transcript.at(-2)).toBe(`C: MAIL FROM:<${lan.address}>`);
  });
});
