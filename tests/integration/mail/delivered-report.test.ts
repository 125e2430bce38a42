import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveMail, type ReceiveMail } from '#app/mail/receive-mail.ts';
import { sendDomain } from '#app/mail/send-outbound.ts';
import type { Notify } from '#domain/mail/envelope.ts';
import { hereDomain } from '#domain/mail/outbound.ts';
import { createMailDelivery } from '#store/mail/mail-delivery.ts';
import { createOutboundAdmin } from '#store/mail/outbound-admin.ts';
import { makeAccounts, type MailAccount, preparedMessage } from '#support/mail-fixture.ts';
import { outboundWorker, reportsAbout } from '#support/outbound-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

const at = new Date('2016-05-11T01:45:00Z');

let test: TestDatabase;
let lan: MailAccount;
let minh: MailAccount;
beforeAll(async () => {
  test = await createTestDatabase();
  const [first, second] = await makeAccounts(test.database, 2);
  if (first === undefined || second === undefined) throw new Error('no accounts');
  [lan, minh] = [first, second];
});
afterAll(() => test.drop());

const worker = () =>
  outboundWorker(test.database, {
    now: () => at,
    send: () => Promise.reject(new Error('nothing of this goes anywhere')),
  });

/** Lan's mail to Minh under an alias of its own, so that each test finds its own reports. */
async function receive(
  notify: readonly Notify[] | undefined,
  over: Partial<ReceiveMail> = {},
): Promise<string> {
  const address = `bi.danh.${randomUUID()}@${minh.address.split('@')[1] ?? ''}`;
  await test.database.rows(
    `insert into mail_alias (address, account_id, created_at) values ($1, $2, now())`,
    [address, minh.accountId],
  );
  await receiveMail(
    { delivery: createMailDelivery(test.database), clock: { now: () => at }, committed: () => undefined },
    {
      message: preparedMessage('Thư cần báo\n\nNội dung'),
      envelope: {
        sender: lan.address,
        recipients: [{ address, ...(notify === undefined ? {} : { notify }) }],
        requireTls: false,
        smtpUtf8: false,
      },
      into: 'inbox',
      verifiedSender: true,
      ...over,
    },
  );
  return address;
}

describe('a report of delivery into a mailbox here', () => {
  it('goes to the sender who asked for it, once', async () => {
    const address = await receive(['success']);
    await sendDomain(worker(), hereDomain);
    await sendDomain(worker(), hereDomain);
    expect(await reportsAbout(test.database, address)).toEqual([`DSN ${address} delivered 2.1.5`]);
  });

  it('is owed from the commit on, whatever becomes of the job (F7)', async () => {
    await receive(['success', 'failure']);
    expect(await worker().queue.dueDomains(at, 10)).toEqual([hereDomain]);
    await sendDomain(worker(), hereDomain);
    expect(await worker().queue.dueDomains(at, 10)).toEqual([]);
  });

  it('S17 is not made when nobody asked, when never was asked, or when the sender is not proven', async () => {
    const addresses = [
      await receive(undefined),
      await receive(['failure']),
      await receive(['never']),
      await receive(['success'], { verifiedSender: false }),
    ];
    await sendDomain(worker(), hereDomain);
    for (const address of addresses) expect(await reportsAbout(test.database, address)).toEqual([]);
  });

  it('is nothing that an administrator sees among mail that goes elsewhere', async () => {
    await receive(['success']);
    const { items } = await createOutboundAdmin(test.database).list({}, { limit: 10, at });
    expect(items).toEqual([]);
  });
});
