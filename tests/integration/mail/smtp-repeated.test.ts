import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { receiveMail } from '#app/mail/receive-mail.ts';
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

const letter = (id: string, text = 'Nội dung.'): string =>
  `From: a@ngoai.example\r\nTo: ${lan.address}\r\nSubject: Thư\r\n${id}\r\n${text}\r\n`;
const named = (id: string) => `Message-ID: <${id}@ngoai.example>\r\n`;

async function send(
  port: number,
  text: string,
  to: readonly SmtpAccount[] = [lan],
  from = 'a@ngoai.example',
) {
  const client = await greetRaw({ port });
  await client.commands(`MAIL FROM:<${from}>`, ...to.map(({ address }) => `RCPT TO:<${address}>`));
  const reply = await client.data(text);
  await client.command('QUIT');
  return reply;
}

async function countOf(account: SmtpAccount): Promise<number> {
  return (await hub.mailbox(account, 'INBOX')).length;
}

describe('mail that is sent again after its 250 was lost (F1)', () => {
  it('is answered 250 again and delivered once', async () => {
    const { port } = await hub.mxDoor();
    const before = await countOf(lan);
    for (let time = 0; time < 3; time += 1) expect(await send(port, letter(named('lap')))).toMatch(/^250 /);
    expect(await countOf(lan)).toBe(before + 1);
  });

  it('is delivered once when both come at the same moment', async () => {
    const { port } = await hub.mxDoor();
    const before = await countOf(lan);
    const replies = await Promise.all(Array.from({ length: 8 }, () => send(port, letter(named('cung-luc')))));
    expect(replies.filter((reply) => !reply.startsWith('250 '))).toEqual([]);
    expect(await countOf(lan)).toBe(before + 1);
  });

  it('is delivered when the first try did not commit', async () => {
    const before = await countOf(lan);
    let broken = true;
    const { port } = await hub.mxDoor({
      receive: (input) =>
        receiveMail(
          {
            ...hub.ports,
            delivery: {
              ...hub.ports.delivery,
              together: (recipients, work) =>
                hub.ports.delivery.together(recipients, async (tx) => {
                  const result = await work(tx);
                  if (broken) throw new Error('the power is gone');
                  return result;
                }),
            },
          },
          input,
        ),
    });
    expect(await send(port, letter(named('mat-dien')))).toMatch(/^451 /);
    broken = false;
    expect(await send(port, letter(named('mat-dien')))).toMatch(/^250 /);
    expect(await countOf(lan)).toBe(before + 1);
  });

  it('is another message with other recipients, another sender, other octets, or without a Message-ID', async () => {
    const { port } = await hub.mxDoor();
    const before = [await countOf(lan), await countOf(minh)];
    await send(port, letter(named('khac')));
    await send(port, letter(named('khac')), [lan, minh]);
    await send(port, letter(named('khac')), [lan], 'b@ngoai.example');
    await send(port, letter(named('khac'), 'Nội dung khác.'));
    await send(port, letter(''));
    await send(port, letter(''));
    expect([await countOf(lan), await countOf(minh)]).toEqual([(before[0] ?? 0) + 6, (before[1] ?? 0) + 1]);
  });

  it('leaves a line in the trace, so that nobody wonders', async () => {
    const { port } = await hub.mxDoor();
    await send(port, letter(named('vet')));
    await send(port, letter(named('vet')));
    const steps = await test.database.rows<{ step: string; reason: string | null }>(
      `select step, detail ->> 'reason' as reason from mail_trace where message_id_header = '<vet@ngoai.example>' order by id`,
    );
    expect(steps).toEqual([
      { step: 'received', reason: null },
      { step: 'delivered', reason: null },
      { step: 'received', reason: 'sent again after it was taken; not delivered again' },
    ]);
  });
});
