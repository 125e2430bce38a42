import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitOnTimer } from '#mail/smtp/tarpit.ts';
import { createHeldWaits } from '#support/held-waits.ts';
import { greetRaw, type RawSmtp } from '#support/raw-smtp.ts';
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

async function begin(port: number, localAddress?: string): Promise<RawSmtp> {
  const client = await greetRaw({ port, ...(localAddress === undefined ? {} : { localAddress }) });
  await client.command('MAIL FROM:<a@ngoai.example>');
  return client;
}

/** Names somebody who is nobody; the answer is read later. */
function guess(client: RawSmtp): Promise<string> {
  return client.command(`RCPT TO:<khong.ai@${hub.fqdn}>`);
}

describe('createMxDoor, guessed at', () => {
  it('answers each guess later, until the 20th ends it (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const { port } = await hub.mxDoor({ wait, limits: { hardErrorsMax: 100 } });
    const client = await begin(port);
    for (let index = 0; index < 19; index += 1) {
      let answered = false;
      const answer = guess(client).then((reply) => {
        answered = true;
        return reply;
      });
      await expect.poll(() => waits.length).toBe(index + 1);
      expect(answered).toBe(false);
      waits[index]?.pass();
      expect(await answer).toBe('550 5.1.1 No such mailbox here');
    }
    expect(waits.map(({ ms }) => ms)).toEqual([
      250,
      500,
      1_000,
      2_000,
      4_000,
      8_000,
      ...Array.from({ length: 13 }, () => 10_000),
    ]);
    expect(await guess(client)).toMatch(/^421 4\.7\.0 /);
    expect(await client.read()).toBe('');
    expect(waits.length).toBe(19);
  });

  it('lets other clients, and the address’s other connections, go on meanwhile (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const { port } = await hub.mxDoor({ wait });
    const held = await begin(port);
    const answer = guess(held);
    await expect.poll(() => waits.length).toBe(1);
    for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
      const other = await begin(port, localAddress);
      expect(await other.command(`RCPT TO:<${lan.address}>`)).toMatch(/^250 2\.1\.5 /);
      expect(await other.data(mail)).toMatch(/^250 2\.6\.0 /);
    }
    waits[0]?.pass();
    expect(await answer).toMatch(/^550 5\.1\.1 /);
    // A slip of the pen ends nothing: the known recipient is taken behind it.
    expect(await held.command(`RCPT TO:<${lan.address}>`)).toMatch(/^250 2\.1\.5 /);
    expect(await held.data(mail)).toMatch(/^250 2\.6\.0 /);
  });

  it('ends the wait with the connection, in clear and in TLS (S16)', async () => {
    const { wait, waits } = createHeldWaits();
    const { port } = await hub.mxDoor({ wait, limits: { unauthenticatedPerAddressMax: 1 } });
    const plain = await begin(port);
    void guess(plain);
    await expect.poll(() => waits.length).toBe(1);
    plain.destroy();
    await expect.poll(() => waits[0]?.ended).toBe(true);
    // Its place is free again.
    const secure = await greetRaw({ port });
    await secure.startTls();
    await secure.commands('EHLO client.example', 'MAIL FROM:<a@ngoai.example>');
    void guess(secure);
    await expect.poll(() => waits.length).toBe(2);
    secure.destroy();
    await expect.poll(() => waits[1]?.ended).toBe(true);
    expect(hub.faults).toEqual([]);
  });

  it('ends every wait when the door closes (S16)', async () => {
    const hourMs = 3_600_000;
    const started: number[] = [];
    const door = await hub.mxDoor({
      wait: (ms, signal) => {
        started.push(ms);
        return waitOnTimer(ms, signal);
      },
      limits: { unknownRecipientDelayMs: hourMs, unknownRecipientDelayMaxMs: hourMs, closeGraceMs: hourMs },
    });
    const clients = [await begin(door.port), await begin(door.port, '127.0.0.2')];
    const answers = clients.map(guess);
    await expect.poll(() => started).toEqual([hourMs, hourMs]);
    await door.close();
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^421 4\.3\.2 /);
  });
});
