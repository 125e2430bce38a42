import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { greetRaw, type RawSmtp } from '#support/raw-smtp.ts';
import { scramClient } from '#support/scram-client.ts';
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

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textOf = (reply: string): string => Buffer.from(reply.replace(/^334 /u, ''), 'base64').toString();

async function secured(): Promise<RawSmtp> {
  const { port } = await hub.submissionDoor();
  const client = await greetRaw({ port });
  await client.startTls();
  await client.command('EHLO client.example');
  return client;
}

/** The last reply, and whether the server has shown that it knows the password. */
async function signIn(client: RawSmtp, address: string, password: string, initial = true) {
  const scram = scramClient(address, password, 'rOprNGfwEbeRWgbNEkqO');
  if (!initial) expect(await client.command('AUTH SCRAM-SHA-256')).toMatch(/^334/u);
  const first = await client.command(
    initial ? `AUTH SCRAM-SHA-256 ${base64(scram.first)}` : base64(scram.first),
  );
  expect(first).toMatch(/^334 /u);
  const last = await client.command(base64(scram.final(textOf(first))));
  if (!last.startsWith('334 ')) return { reply: last, trusts: false };
  return { trusts: scram.trusts(textOf(last)), reply: await client.command('') };
}

describe('SCRAM-SHA-256 at the submission door', () => {
  it('is offered in TLS only', async () => {
    const client = await secured();
    expect(await client.command('EHLO client.example')).toMatch(/^250[- ]AUTH PLAIN LOGIN SCRAM-SHA-256$/mu);
    const { port } = await hub.submissionDoor();
    expect(await (await greetRaw({ port })).command('AUTH SCRAM-SHA-256 biws')).toMatch(/^538 /u);
  });

  it.each([true, false])(
    'signs in with an app password that is never sent (initial response: %s)',
    async (initial) => {
      const client = await secured();
      const { reply, trusts } = await signIn(client, lan.address, lan.password, initial);
      expect([reply.slice(0, 3), trusts]).toEqual(['235', true]);
      expect(await client.command(`MAIL FROM:<${lan.address}>`)).toMatch(/^250 /u);
      expect(client.transcript.join('\n')).not.toContain(lan.password);
      expect(await client.command('AUTH SCRAM-SHA-256 biws')).toMatch(/^503 /u);
    },
  );

  it('S7 H10 says the same of a wrong password and of nobody', async () => {
    const wrong = await signIn(await secured(), lan.address, 'not it');
    const nobody = await signIn(await secured(), `khong.ai@${hub.fqdn}`, 'not it');
    expect(wrong).toEqual({ reply: expect.stringMatching(/^535 5\.7\.8 /u) as string, trusts: false });
    expect(nobody).toEqual(wrong);
    const client = await secured();
    expect(await client.command('MAIL FROM:<x@y.example>')).toMatch(/^530 /u);
  });

  it('H10 salts an address that is nobody’s the same each time', async () => {
    const saltOf = async () => {
      const client = await secured();
      const scram = scramClient(`khong.ai@${hub.fqdn}`, 'x', 'abc');
      return /s=([^,]+)/u.exec(
        textOf(await client.command(`AUTH SCRAM-SHA-256 ${base64(scram.first)}`)),
      )?.[1];
    };
    expect(await saltOf()).toBe(await saltOf());
  });

  it('knows nothing of a revoked app password', async () => {
    const minh = await hub.account('tran.van.minh');
    await test.database.rows('update app_password set revoked_at = now() where account_id = $1', [
      minh.accountId,
    ]);
    expect((await signIn(await secured(), minh.address, minh.password)).reply).toMatch(/^535 /u);
  });

  it('gives up when the client does, and reads no nonsense', async () => {
    const client = await secured();
    expect(await client.command('AUTH SCRAM-SHA-256')).toMatch(/^334/u);
    expect(await client.command('*')).toMatch(/^501 /u);
    expect(await client.command(`AUTH SCRAM-SHA-256 ${base64('p=tls-unique,,n=a,r=b')}`)).toMatch(/^501 /u);
    expect(await client.command('AUTH SCRAM-SHA-256 ###')).toMatch(/^501 /u);
    expect(await client.command('AUTH SCRAM-SHA-256 a b')).toMatch(/^501 /u);
  });
});
