import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHeldWaits } from '#support/held-waits.ts';
import { connectRaw, greetRaw, type RawSmtp } from '#support/raw-smtp.ts';
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

const mail = 'From: a@ngoai.example\r\nSubject: thu\r\n\r\nx\r\n';

async function sendMail(port: number, localAddress: string): Promise<string> {
  const client = await greetRaw({ port, localAddress });
  await client.commands('MAIL FROM:<a@ngoai.example>', `RCPT TO:<${lan.address}>`);
  const reply = await client.data(mail);
  await client.command('QUIT');
  await client.closed;
  return reply;
}

interface Knock {
  readonly client: RawSmtp;
  readonly greeting: string;
}

/** 250 at a time: of more than a listener's backlog the kernel may forget some, who then wait for ever. */
async function knock(count: number, open: (index: number) => Promise<RawSmtp>): Promise<readonly Knock[]> {
  const knocks: Knock[] = [];
  while (knocks.length < count) {
    const batch = Array.from({ length: 250 }, async (_, n) => {
      const client = await open(knocks.length + n);
      return { client, greeting: await client.read() };
    });
    knocks.push(...(await Promise.all(batch)));
  }
  return knocks;
}

describe('createMxDoor, flooded', () => {
  it('holds its cap when 2,000 connect from 50 addresses, says why, and is open afterwards (S22)', async () => {
    const cap = 300;
    const { port } = await hub.mxDoor({ limits: { connectionsMax: cap, unauthenticatedPerAddressMax: 50 } });
    const flood = await knock(2_000, (index) =>
      connectRaw({ port, localAddress: `127.0.3.${1 + (index % 50)}` }),
    );
    const admitted = flood.filter(({ greeting }) => greeting.startsWith('220 '));
    const refused = flood.filter(({ greeting }) => greeting.startsWith('421 4.7.0 Too many connections; '));
    expect([admitted.length, refused.length]).toEqual([cap, 2_000 - cap]);
    await Promise.all(refused.map(({ client }) => client.closed));
    // Those who were admitted are served while the door is full.
    const [first] = admitted;
    expect(await first?.client.commands('EHLO client.example', 'MAIL FROM:<a@ngoai.example>')).toMatch(
      /^250 /,
    );
    for (const { client } of admitted) client.destroy();
    await expect
      .poll(() => sendMail(port, '127.0.3.99').catch(() => ''), { timeout: 10_000 })
      .toMatch(/^250 /);
  });

  it('holds the cap of each address when it alone connects 500 times, and takes the mail of others (S22)', async () => {
    const { port } = await hub.mxDoor();
    const flood = await knock(500, () => connectRaw({ port, localAddress: '127.0.4.1' }));
    expect(flood.filter(({ greeting }) => greeting.startsWith('220 ')).length).toBe(50);
    expect(await sendMail(port, '127.0.4.2')).toMatch(/^250 2\.6\.0 /);
    for (const { client } of flood) client.destroy();
  });

  it('answers 20 of 1,000 guesses that came in one write, and runs nothing behind them (S16)', async () => {
    const { port } = await hub.mxDoor({ limits: { hardErrorsMax: 10_000 } });
    const before = await hub.messageCount();
    const client = await greetRaw({ port });
    const guesses = Array.from({ length: 1_000 }, (_, n) => `RCPT TO:<khong.ai.${n}@${hub.fqdn}>\r\n`);
    client.send(
      `MAIL FROM:<a@ngoai.example>\r\n${guesses.join('')}RCPT TO:<${lan.address}>\r\nDATA\r\n${mail}.\r\n`,
    );
    const replies: string[] = [];
    for (let reply = await client.read(); reply !== ''; reply = await client.read()) replies.push(reply);
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual([
      '250',
      ...Array.from({ length: 19 }, () => '550'),
      '421',
    ]);
    expect(await hub.messageCount()).toBe(before);
  });

  it('counts the guesses of all connections of an address together (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const { port } = await hub.mxDoor({ wait });
    const clients = await Promise.all(
      Array.from({ length: 30 }, () => greetRaw({ port, localAddress: '127.0.5.1' })),
    );
    await Promise.all(clients.map((client) => client.command('MAIL FROM:<a@ngoai.example>')));
    const answers = clients.map((client, n) => client.command(`RCPT TO:<khong.ai.${n}@${hub.fqdn}>`));
    await expect.poll(() => waits.length).toBe(19);
    // Eleven are shut out while nineteen still wait; who comes from elsewhere is neither.
    await expect.poll(() => clients.filter(({ isClosed }) => isClosed).length).toBe(11);
    expect(await sendMail(port, '127.0.5.2')).toMatch(/^250 2\.6\.0 /);
    for (const held of waits) held.pass();
    const codes = (await Promise.all(answers)).map((answer) => answer.slice(0, 3)).toSorted();
    expect(codes).toEqual([
      ...Array.from({ length: 11 }, () => '421'),
      ...Array.from({ length: 19 }, () => '550'),
    ]);
  });

  it('ends at a line of 1 MiB to 100 MiB without an end, and takes mail meanwhile (S11)', async () => {
    const { port } = await hub.mxDoor();
    const piece = 'a'.repeat(64 * 1024);
    for (const bytes of [1024 ** 2, 10 * 1024 ** 2, 100 * 1024 ** 2]) {
      const client = await greetRaw({ port, localAddress: '127.0.6.1' });
      let sent = 0;
      const streaming = (async () => {
        for (; sent < bytes && !client.isClosed; sent += piece.length) {
          client.send(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      expect(await client.read()).toBe('500 5.5.2 Command line too long');
      expect(await sendMail(port, '127.0.6.2')).toMatch(/^250 2\.6\.0 /);
      await streaming;
      expect(await client.read()).toBe('');
    }
    expect(hub.faults).toEqual([]);
  });

  it('takes 1,000 of 50,000 recipients, and the message once (S15)', { timeout: 60_000 }, async () => {
    const { port } = await hub.mxDoor();
    const client = await greetRaw({ port });
    await client.command('MAIL FROM:<a@ngoai.example>');
    const before = (await hub.mailbox(lan, 'INBOX')).length;
    const codes = new Map<string, number>();
    for (let batch = 0; batch < 50; batch += 1) {
      const names = Array.from(
        { length: 1_000 },
        (_, n) => `RCPT TO:<nguyen.thi.lan+${batch}.${n}@${hub.fqdn}>\r\n`,
      );
      client.send(names.join(''));
      for (const _ of names) {
        const code = (await client.read()).slice(0, 9);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(codes)).toEqual({ '250 2.1.5': 1_000, '452 4.5.3': 49_000 });
    expect(await client.data(mail)).toMatch(/^250 2\.6\.0 /);
    expect((await hub.mailbox(lan, 'INBOX')).length).toBe(before + 1);
  });
});
