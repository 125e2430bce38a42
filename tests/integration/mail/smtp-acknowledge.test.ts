import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { flagBit } from '#domain/mail/structure.ts';
import { deliverMessage } from '#store/mail/deliver.ts';
import { insertDirective, preparedMessage } from '#support/mail-fixture.ts';
import { greetRaw, plainToken } from '#support/raw-smtp.ts';
import { createSmtpFixture, type SmtpAccount, type SmtpFixture } from '#support/smtp-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let hub: SmtpFixture;
let chair: SmtpAccount;
let lan: SmtpAccount;
let minh: SmtpAccount;
let outsider: SmtpAccount;
let port: number;
let directiveId: string;
let header: string;

beforeAll(async () => {
  test = await createTestDatabase();
  hub = await createSmtpFixture(test.database);
  chair = await hub.account('chutich');
  lan = await hub.account('nguyen.thi.lan');
  minh = await hub.account('tran.van.minh');
  outsider = await hub.account('le.thi.hoa');
});
beforeEach(async () => {
  ({ directiveId, header } = await issue());
  ({ port } = await hub.submissionDoor({ implicitTls: true }));
});
afterEach(() => hub.closeDoors());
afterAll(() => test.drop());

/** A directive of the chair to Lan and Minh, delivered as its mail. */
async function issue(): Promise<{ directiveId: string; header: string }> {
  const message = preparedMessage('Chỉ đạo\nnội dung', {
    messageIdHeader: `<${randomUUID()}@${hub.fqdn}>`,
  });
  const recipientIds = [lan.accountId, minh.accountId];
  const { messageId } = await test.database.transaction((tx) =>
    deliverMessage(tx, {
      message,
      receivedAt: new Date(),
      to: { kind: 'accounts', accountIds: recipientIds },
      flags: 0,
      keywords: ['$Directive'],
    }),
  );
  const id = await insertDirective(test.database, { issuerId: chair.accountId, messageId, recipientIds });
  return { directiveId: id, header: message.messageIdHeader ?? '' };
}

interface Reply {
  readonly as?: SmtpAccount;
  readonly to?: SmtpAccount;
  readonly fields?: string;
  readonly text?: string;
}

/** Sends a reply; returns the server's answer. */
async function reply(input: Reply = {}): Promise<string> {
  const account = input.as ?? lan;
  const to = input.to ?? chair;
  const client = await greetRaw({ port, tls: true });
  await client.command(`AUTH PLAIN ${plainToken(account.address, account.password)}`);
  await client.commands(`MAIL FROM:<${account.address}>`, `RCPT TO:<${to.address}>`);
  const fields = input.fields ?? `In-Reply-To: ${header}\r\n`;
  const answer = await client.data(
    `From: ${account.address}\r\nTo: ${to.address}\r\nSubject: Re: x\r\n${fields}\r\n${input.text ?? 'Đã nhận\r\n'}`,
  );
  client.destroy();
  return answer;
}

async function acknowledgedBy(): Promise<readonly string[]> {
  const rows = await test.database.rows<{ account_id: string }>(
    `select account_id from recipient where directive_id = $1 and acknowledged_at is not null
       and opened_at = acknowledged_at and arrived_at = acknowledged_at order by account_id`,
    [directiveId],
  );
  return rows.map((row) => row.account_id);
}

describe('submitMail, a reply to a directive', () => {
  it('acknowledges in the commit that delivers the reply to the issuer', async () => {
    const inbox = (await hub.mailbox(chair, 'INBOX')).length;
    const outbox = (await test.database.rows('select 1 from outbox')).length;
    expect(await reply()).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([lan.accountId]);
    expect((await hub.mailbox(chair, 'INBOX')).length).toBe(inbox + 1);
    expect((await hub.mailbox(lan, 'INBOX')).at(-1)?.flags).toBe(flagBit.seen);
    const rows = await test.database.rows<{ type: string; payload: Record<string, unknown> }>(
      'select type, payload from outbox order by id offset $1',
      [outbox],
    );
    expect(rows.map((row) => row.type)).toEqual([
      'mail.delivered',
      'assignment.acknowledged',
      'mailbox.changed',
      'reply.received',
    ]);
    expect(rows[1]?.payload).toMatchObject({
      directiveId,
      issuerAccountId: chair.accountId,
      accounts: [{ id: lan.accountId, name: 'nguyen.thi.lan' }],
      counts: { recipients: 2, arrived: 1, opened: 1, acknowledged: 1 },
    });
  });

  it('acknowledges once, and delivers every reply', async () => {
    expect(await reply()).toMatch(/^250 /);
    expect(await reply({ text: 'ACK\r\n' })).toMatch(/^250 /);
    const events = await hub.events('assignment.acknowledged');
    expect(events.filter((event) => event['directiveId'] === directiveId).length).toBe(1);
  });

  it('finds the directive through References too', async () => {
    expect(await reply({ fields: `References: ${header} <1@may.example>\r\n` })).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([lan.accountId]);
  });

  it('acknowledges the directive that In-Reply-To names, not another of the thread', async () => {
    const earlier = directiveId;
    const earlierHeader = header;
    ({ directiveId, header } = await issue());
    const fields = `In-Reply-To: ${header}\r\nReferences: ${earlierHeader} ${header}\r\n`;
    expect(await reply({ fields })).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([lan.accountId]);
    directiveId = earlier;
    expect(await acknowledgedBy()).toEqual([]);
  });

  const ordinary: readonly (readonly [name: string, input: () => Reply])[] = [
    ['a question', () => ({ text: 'Đã nhận chưa ạ?\r\n' })],
    ['words that are only quoted', () => ({ text: '> Đã nhận\r\n' })],
    [
      'an automatic reply (S18)',
      () => ({ fields: `In-Reply-To: ${header}\r\nAuto-Submitted: auto-replied\r\n` }),
    ],
    ['a bulk reply (S18)', () => ({ fields: `In-Reply-To: ${header}\r\nPrecedence: bulk\r\n` })],
    ['a message that names no directive', () => ({ fields: '' })],
    ['somebody who is no recipient', () => ({ as: outsider })],
    ['a recipient who writes to a colleague', () => ({ to: minh })],
  ];
  it.each(ordinary)('delivers %s and acknowledges nothing', async (_name, input) => {
    const to = input().to ?? chair;
    const before = (await hub.mailbox(to, 'INBOX')).length;
    expect(await reply(input())).toMatch(/^250 /);
    expect((await hub.mailbox(to, 'INBOX')).length).toBe(before + 1);
    expect(await acknowledgedBy()).toEqual([]);
  });

  it('delivers a reply to a recalled directive and acknowledges nothing', async () => {
    await test.database.rows(`update directive set state = 'recalled' where id = $1`, [directiveId]);
    expect(await reply()).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([]);
  });

  it('never acknowledges what comes from outside', async () => {
    const mx = await hub.mxDoor();
    const client = await greetRaw({ port: mx.port });
    await client.commands(`MAIL FROM:<${lan.address}>`, `RCPT TO:<${chair.address}>`);
    const octets = `From: ${lan.address}\r\nTo: ${chair.address}\r\nIn-Reply-To: ${header}\r\n\r\nĐã nhận\r\n`;
    expect(await client.data(octets)).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([]);
  });

  it('is not led by another message that bears the same Message-ID', async () => {
    const forged = await greetRaw({ port, tls: true });
    await forged.command(`AUTH PLAIN ${plainToken(outsider.address, outsider.password)}`);
    await forged.commands(`MAIL FROM:<${outsider.address}>`, `RCPT TO:<${lan.address}>`);
    await forged.data(`From: ${outsider.address}\r\nMessage-ID: ${header}\r\n\r\nx\r\n`);
    expect(await reply({ to: outsider })).toMatch(/^250 /);
    expect(await acknowledgedBy()).toEqual([]);
  });

  it('takes replies of everyone at once, beside other deliveries', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => reply({ as: lan })),
      ...Array.from({ length: 4 }, () => reply({ as: minh })),
      ...Array.from({ length: 4 }, () => reply({ as: chair, to: lan, fields: '', text: 'Gấp.\r\n' })),
      ...Array.from({ length: 4 }, () => reply({ as: lan, to: minh, fields: '', text: 'Anh xem.\r\n' })),
    ]);
    expect(answers.filter((answer) => !answer.startsWith('250 '))).toEqual([]);
    expect(await acknowledgedBy()).toEqual([lan.accountId, minh.accountId].toSorted());
  });
});
