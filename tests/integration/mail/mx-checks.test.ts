import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScanResult } from '#app/ports/mail-checks.ts';
import { createCheckOrigin } from '#mail/auth/check-origin.ts';
import { createResolver } from '#mail/auth/resolver.ts';
import { createSigner } from '#mail/outbound/sign.ts';
import { type DnsRecords, type DnsServer, startDnsServer } from '#support/dns-server.ts';
import { greetRaw } from '#support/raw-smtp.ts';
import { createSmtpFixture, type SmtpAccount, type SmtpFixture } from '#support/smtp-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 512 });
const spkiOf = (key: typeof rsa): string =>
  key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

/** Domains that differ in what they have published; every one sends from 127.0.0.1. */
const zone: Readonly<Record<string, DnsRecords>> = {
  'dung.example': { TXT: ['v=spf1 ip4:127.0.0.1 -all'] },
  '_dmarc.dung.example': { TXT: ['v=DMARC1; p=reject'] },
  'sai.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'ngo.example': { TXT: ['v=spf1 ip4:192.0.2.1 ~all'] },
  '_dmarc.cach-ly.example': { TXT: ['v=DMARC1; p=quarantine'] },
  'cach-ly.example': { TXT: ['v=spf1 -all'] },
  '_dmarc.tu-choi.example': { TXT: ['v=DMARC1; p=none; sp=reject'] },
  'tu-choi.example': { TXT: ['v=spf1 -all'] },
  'con.tu-choi.example': { TXT: ['v=spf1 -all'] },
  'vong.example': {
    TXT: [`v=spf1 ${Array.from({ length: 11 }, (_, i) => `include:v${i}.example`).join(' ')} -all`],
  },
  ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`v${i}.example`, { TXT: ['v=spf1 ?all'] }])),
  'hong.example': { fails: 'servfail' },
  '_dmarc.hong.example': { fails: 'servfail' },
  'k1._domainkey.ky.example': { TXT: [`v=DKIM1; k=rsa; p=${spkiOf(rsa)}`] },
  'yeu._domainkey.ky.example': { TXT: [`v=DKIM1; k=rsa; p=${spkiOf(weak)}`] },
  '_dmarc.ky.example': { TXT: ['v=DMARC1; p=reject'] },
};

let test: TestDatabase;
let hub: SmtpFixture;
let lan: SmtpAccount;
let dns: DnsServer;
beforeAll(async () => {
  test = await createTestDatabase();
  hub = await createSmtpFixture(test.database);
  lan = await hub.account('nguyen.thi.lan');
  dns = await startDnsServer(zone);
});
afterEach(() => hub.closeDoors());
afterAll(async () => {
  await dns.close();
  await test.drop();
});

const hostname = 'mail.binhthuan.example';
const checkOrigin = (server = dns.server, deadlineMs = 10_000) =>
  createCheckOrigin({
    resolver: createResolver([server]),
    hostname,
    deadlineMs,
    log: { warn: () => undefined },
  });

let letters = 0;
const letter = (from: string, more = ''): string =>
  `From: ${from}\r\n${more}To: ${lan.address}\r\nSubject: Thư ${(letters += 1)}\r\nDate: Mon, 04 Jan 2016 07:30:00 +0700\r\n` +
  `Message-ID: <kiem-${letters}@ngoai.example>\r\n\r\nNội dung.\r\n`;

interface Sent {
  readonly reply: string;
  readonly inbox: string | undefined;
  readonly junk: string | undefined;
}

async function deliver(
  octets: string | Buffer,
  options: Parameters<SmtpFixture['mxDoor']>[0] & { sender?: string; helo?: string } = {},
): Promise<Sent> {
  const { sender = 'a@ngoai.example', helo = 'may.ngoai.example', ...door } = options;
  const { port } = await hub.mxDoor({ checkOrigin: checkOrigin(), ...door });
  const counts = await Promise.all(
    ['INBOX', 'Junk'].map(async (path) => (await hub.mailbox(lan, path)).length),
  );
  const client = await greetRaw({ port });
  await client.commands(`EHLO ${helo}`, `MAIL FROM:<${sender}>`, `RCPT TO:<${lan.address}>`);
  const reply = await client.data(octets);
  const [inbox, junk] = await Promise.all(
    ['INBOX', 'Junk'].map(async (path, place) =>
      (await hub.mailbox(lan, path))[counts[place] ?? 0]?.bytes.toString(),
    ),
  );
  return { reply, inbox, junk };
}

const resultsOf = (stored: string | undefined): string =>
  /^Authentication-Results: [^]*?\r\n(?![\t ])/m.exec(stored ?? '')?.[0].replaceAll(/\s+/g, ' ') ?? '';

describe('the origin of a message from outside', () => {
  it.each([
    ['a@dung.example', 'pass'],
    ['a@sai.example', 'fail'],
    ['a@ngo.example', 'softfail'],
    ['a@khong-co.example', 'none'],
    ['a@vong.example', 'permerror'],
    ['a@hong.example', 'temperror'],
  ])('is checked by SPF: %s is %s', async (sender, result) => {
    const { reply, inbox } = await deliver(letter('b@khac.example'), { sender });
    expect(reply).toMatch(/^250 /);
    expect(resultsOf(inbox)).toContain(`spf=${result} smtp.mailfrom=${sender}`);
  });

  it('is that of HELO for the null sender', async () => {
    const { inbox } = await deliver(letter('b@khac.example'), { sender: '', helo: 'dung.example' });
    expect(resultsOf(inbox)).toContain('spf=pass smtp.helo=dung.example');
  });

  it('passes DMARC by an aligned sender, and is kept as data', async () => {
    const { inbox } = await deliver(letter('b@dung.example'), { sender: 'a@dung.example' });
    expect(resultsOf(inbox)).toContain('dmarc=pass header.from=dung.example');
    const [row] = await test.database.rows<{ authentication: unknown }>(
      'select authentication from message order by id desc limit 1',
    );
    expect(row?.authentication).toMatchObject({
      spf: { result: 'pass', domain: 'dung.example' },
      dmarc: { result: 'pass', policy: 'reject' },
      authors: 1,
    });
  });

  it('is refused when the domain of the author asks for that, and nothing is stored', async () => {
    const before = await hub.messageCount();
    const { reply } = await deliver(letter('b@dung.example'), { sender: 'a@sai.example' });
    expect(reply).toMatch(/^550 5\.7\.1 .*DMARC/);
    expect(await hub.messageCount()).toBe(before);
  });

  it('goes to Junk when the domain of the author asks for that', async () => {
    const { reply, inbox, junk } = await deliver(letter('b@cach-ly.example'));
    expect([reply.slice(0, 3), inbox]).toEqual(['250', undefined]);
    expect(resultsOf(junk)).toContain('dmarc=fail');
  });

  it('of a subdomain is judged by the policy for subdomains', async () => {
    expect((await deliver(letter('b@con.tu-choi.example'))).reply).toMatch(/^550 5\.7\.1 /);
    expect((await deliver(letter('b@tu-choi.example'))).reply).toMatch(/^250 /);
  });

  it('F21 is unknown, and nothing is refused, while the name server fails or is silent', async () => {
    const failing = await deliver(letter('b@hong.example'), { sender: 'a@hong.example' });
    expect(resultsOf(failing.inbox)).toMatch(/spf=temperror .* dmarc=temperror/);
    const silent = await startDnsServer({ 'dung.example': { fails: 'silent' } });
    const late = await deliver(letter('b@dung.example'), {
      sender: 'a@dung.example',
      checkOrigin: checkOrigin(silent.server, 300),
    });
    await silent.close();
    expect(late.reply).toMatch(/^250 /);
    expect(resultsOf(late.inbox)).toContain('spf=temperror');
  });

  it('S20 goes to Junk with two From fields or two authors', async () => {
    expect((await deliver(letter('b@khac.example', 'From: c@khac.example\r\n'))).junk).toBeDefined();
    expect((await deliver(letter('b@khac.example, c@khac.example'))).junk).toBeDefined();
    expect((await deliver(letter('b@dung.example', 'From: c@sai.example\r\n'))).inbox).toBeUndefined();
  });

  it('S9 takes nobody’s word for our results, and lets no name end a line', async () => {
    const forged = `Authentication-Results: ${hostname}; dmarc=pass header.from=ngan-hang.example\r\n`;
    const { inbox } = await deliver(letter('b@khac.example', forged), { helo: 'may;spf=pass' });
    expect(inbox).not.toContain('ngan-hang.example');
    expect(inbox?.match(/^Authentication-Results:/gm)).toHaveLength(1);
    expect(inbox).not.toMatch(/^spf=pass/m);
  });
});

describe('the signature of a message from outside', () => {
  const now = new Date();
  const sign = (selector: string, key: typeof rsa, from = 'b@ky.example', body = '') =>
    createSigner({
      keysOf: () =>
        Promise.resolve([
          {
            selector,
            algorithm: 'rsa-sha256',
            privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
            signsFrom: new Date(0),
          },
        ]),
      clock: { now: () => now },
    })(Buffer.from(letter(from).replace('Nội dung.', `Nội dung.${body}`)));

  it('is a pass, and with the author’s domain a DMARC pass whatever the sender', async () => {
    const { inbox } = await deliver(await sign('k1', rsa), { sender: 'a@sai.example' });
    expect(resultsOf(inbox)).toContain('dkim=pass header.d=ky.example header.s=k1');
    expect(resultsOf(inbox)).toContain('dmarc=pass header.from=ky.example');
  });

  it('fails when a word was changed on the way', async () => {
    const octets = (await sign('k1', rsa)).toString('latin1').replace('dung.', 'dong.');
    expect((await deliver(Buffer.from(octets, 'latin1'))).reply).toMatch(/^550 5\.7\.1 .*DMARC/);
  });

  it('S19 is no pass when it covers only a part of the body, although it verifies', async () => {
    const octets = letter('b@ky.example').replaceAll('ộ', 'o');
    const signer = {
      signingDomain: 'ky.example',
      selector: 'k1',
      privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
    const { signatures } = await dkimSign(octets, {
      ...signer,
      signatureData: [{ ...signer, maxBodyLength: 4 }],
    });
    expect(signatures).toContain('l=4;');
    const { authentication } = await checkOrigin()(Buffer.from(`${signatures}${octets}thêm lời\r\n`), {
      clientAddress: '127.0.0.1',
      helo: 'may.example',
      sender: 'a@sai.example',
    });
    expect(authentication.dkim).toMatchObject([{ result: 'policy', reason: 'body length limited (l=)' }]);
    expect(authentication.dmarc).toMatchObject({ result: 'fail', policy: 'reject' });
  });

  it('is no pass with a key that is too short, or is not there', async () => {
    expect((await deliver(await sign('mat', rsa))).reply).toMatch(/^550 5\.7\.1 /);
    await expect(sign('yeu', weak)).resolves.toBeDefined();
    expect((await deliver(await sign('yeu', weak))).reply).toMatch(/^550 5\.7\.1 /);
  });
});

describe('scanners', () => {
  const found = (result: ScanResult) => ({ scan: () => Promise.resolve(result) });

  it('keep malicious content out', async () => {
    const before = await hub.messageCount();
    const { reply } = await deliver(
      letter('b@khac.example'),
      found({ kind: 'infected', name: 'Eicar', scanner: 'clamd' }),
    );
    expect(reply).toMatch(/^550 5\.7\.1 .*malicious/);
    expect(await hub.messageCount()).toBe(before);
  });

  it('send spam to Junk, and refuse what they are sure of', async () => {
    const spam = { kind: 'spam', score: 9, scanner: 'rspamd' } as const;
    expect((await deliver(letter('b@khac.example'), found({ ...spam, reject: false }))).junk).toBeDefined();
    expect((await deliver(letter('b@khac.example'), found({ ...spam, reject: true }))).reply).toMatch(
      /^550 /,
    );
  });

  it('M8 F21 that give no answer make a message wait, and neither lose it nor let it pass', async () => {
    const { reply, inbox, junk } = await deliver(
      letter('b@khac.example'),
      found({ kind: 'unavailable', reason: 'ECONNREFUSED', scanner: 'clamd' }),
    );
    expect([reply.slice(0, 3), inbox, junk]).toEqual(['250', undefined, undefined]);
    const held = await test.database.rows(`select kind, reason, state from held_mail`);
    expect(held).toEqual([{ kind: 'scan', reason: 'clamd: ECONNREFUSED', state: 'held' }]);
  });
});
