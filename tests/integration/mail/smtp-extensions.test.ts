import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { greetRaw, plainToken, type RawSmtp } from '#support/raw-smtp.ts';
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

let letters = 0;
const letter = (): string =>
  `From: ${lan.address}\r\nTo: x@ngoai.example\r\nMessage-ID: <${(letters += 1)}@may.example>\r\nSubject: Thư\r\n\r\nNội dung.\r\n`;

async function signedIn(port: number): Promise<RawSmtp> {
  const client = await greetRaw({ port });
  await client.startTls();
  await client.command('EHLO client.example');
  await client.command(`AUTH PLAIN ${plainToken(lan.address, lan.password)}`);
  return client;
}

describe('delivery status notifications (RFC 3461)', () => {
  it('are offered by both doors', async () => {
    for (const { port } of [await hub.mxDoor(), await hub.submissionDoor()])
      expect(await (await greetRaw({ port })).command('EHLO client.example')).toMatch(/^250[- ]DSN$/m);
  });

  it('are kept with the recipient as they were asked for', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port);
    const ask = 'NOTIFY=SUCCESS,delay ORCPT=rfc822;nguoi+2Bnhan@ngoai.example';
    expect(await client.command(`MAIL FROM:<${lan.address}> RET=HDRS ENVID=so+2B17`)).toMatch(/^250 /);
    expect(await client.command(`RCPT TO:<nguoi@ngoai.example> ${ask}`)).toMatch(/^250 /);
    expect(await client.data(letter())).toMatch(/^250 /);
    const rows = await test.database.rows(
      `select notify, original_recipient, return_part, envelope_id, require_tls from outbound_delivery
       where recipient = 'nguoi@ngoai.example'`,
    );
    expect(rows).toEqual([
      {
        notify: ['success', 'delay'],
        original_recipient: 'rfc822;nguoi+nhan@ngoai.example',
        return_part: 'headers',
        envelope_id: 'so+17',
        require_tls: false,
      },
    ]);
  });

  it.each([
    ['MAIL', 'RET=ALL'],
    ['MAIL', 'RET'],
    ['MAIL', 'RET=FULL RET=HDRS'],
    ['MAIL', `ENVID=${'x'.repeat(101)}`],
    ['MAIL', 'ENVID=a+0D+0Ab'],
    ['RCPT', 'NOTIFY=NEVER,SUCCESS'],
    ['RCPT', 'NOTIFY=MAYBE'],
    ['RCPT', 'NOTIFY'],
    ['RCPT', 'ORCPT=nguoi@ngoai.example'],
    ['RCPT', `ORCPT=rfc822;${'x'.repeat(500)}@a.example`],
    ['RCPT', 'ORCPT=rfc822;a+0D+0Ab@a.example'],
  ])('are refused when they are none: %s %s', async (command, parameter) => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    const mail = `MAIL FROM:<a@ngoai.example>${command === 'MAIL' ? ` ${parameter}` : ''}`;
    const reply = await client.command(mail);
    if (command === 'MAIL') expect(reply).toMatch(/^501 5\.\d\.\d /);
    else expect(await client.command(`RCPT TO:<${lan.address}> ${parameter}`)).toMatch(/^501 5\.\d\.\d /);
  });
});

describe('REQUIRETLS (RFC 8689)', () => {
  it('is offered inside TLS only, and goes with the message', async () => {
    const { port } = await hub.submissionDoor();
    const clear = await greetRaw({ port });
    expect(await clear.command('EHLO client.example')).not.toContain('REQUIRETLS');
    const client = await signedIn(port);
    expect(await client.command('EHLO client.example')).toContain('REQUIRETLS');
    await client.command(`MAIL FROM:<${lan.address}> REQUIRETLS`);
    await client.command('RCPT TO:<kin@ngoai.example>');
    expect(await client.data(letter())).toMatch(/^250 /);
    expect(
      await test.database.rows(
        `select require_tls from outbound_delivery where recipient = 'kin@ngoai.example'`,
      ),
    ).toEqual([{ require_tls: true }]);
  });

  it('is refused in clear', async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    expect(await client.command('MAIL FROM:<a@ngoai.example> REQUIRETLS')).toMatch(/^530 /);
  });
});

describe('FUTURERELEASE (RFC 4865)', () => {
  it('is offered to those who sign in, and to nobody outside', async () => {
    const mx = await hub.mxDoor();
    const client = await greetRaw({ port: mx.port });
    expect(await client.command('EHLO client.example')).not.toContain('FUTURERELEASE');
    expect(await client.command('MAIL FROM:<a@ngoai.example> HOLDFOR=60')).toMatch(/^555 5\.5\.4 /);
    const { port } = await hub.submissionDoor();
    expect(await (await signedIn(port)).command('EHLO client.example')).toMatch(
      /^250[- ]FUTURERELEASE 2592000 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m,
    );
  });

  it('keeps the message until its time, and nobody has it before', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port);
    const before = (await hub.mailbox(minh, 'INBOX')).length;
    await client.command(`MAIL FROM:<${lan.address}> HOLDFOR=3600`);
    await client.command(`RCPT TO:<${minh.address}>`);
    expect(await client.data(letter())).toMatch(/^250 /);
    expect((await hub.mailbox(minh, 'INBOX')).length).toBe(before);
    const [held] = await test.database.rows<{ kind: string; seconds: number }>(
      `select kind, extract(epoch from release_at - held_at)::int as seconds from held_mail where kind = 'scheduled'`,
    );
    expect(held?.kind).toBe('scheduled');
    expect(Math.abs((held?.seconds ?? 0) - 3600)).toBeLessThan(60);
  });

  it('refuses what it does not offer', async () => {
    const { port } = await hub.submissionDoor();
    const client = await signedIn(port);
    expect(await client.command(`MAIL FROM:<${lan.address}> HOLDFOR=99999999`)).toMatch(/^501 5\.5\.4 /);
    expect(await client.command(`MAIL FROM:<${lan.address}> HOLDFOR=soon`)).toMatch(/^501 5\.5\.4 /);
  });
});

describe('the protocol in Received (RFC 3848, RFC 6531)', () => {
  it('is SMTP after HELO, ESMTP after EHLO, UTF8SMTP with SMTPUTF8', async () => {
    const { port } = await hub.mxDoor();
    const seen: string[] = [];
    for (const [hello, parameter] of [
      ['HELO may.example', ''],
      ['EHLO may.example', ''],
      ['EHLO may.example', ' SMTPUTF8'],
    ] as const) {
      const client = await greetRaw({ port });
      await client.command(hello);
      await client.command(`MAIL FROM:<a@ngoai.example>${parameter}`);
      await client.command(`RCPT TO:<${lan.address}>`);
      await client.data(letter());
      const stored = (await hub.mailbox(lan, 'INBOX')).at(-1)?.bytes.toString() ?? '';
      seen.push(/ with (\w+) id /u.exec(stored)?.[1] ?? '');
    }
    expect(seen).toEqual(['SMTP', 'ESMTP', 'UTF8SMTP']);
  });
});
