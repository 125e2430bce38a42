import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { outboundLeaseMs } from '#app/mail/keep-lease.ts';
import { type OutboundPorts, sendDomain } from '#app/mail/send-outbound.ts';
import type { OutboundMessage } from '#app/ports/outbound.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { accessOf, makeAccounts, type MailAccount } from '#support/mail-fixture.ts';
import {
  laterOutcome,
  outboundRows,
  outboundWorker,
  queueMessage,
  refusedOutcome,
  reportsAbout,
  takenOutcome,
} from '#support/outbound-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
let sender: MailAccount;
beforeAll(async () => {
  test = await createTestDatabase();
  const [account] = await makeAccounts(test.database, 1);
  if (account === undefined) throw new Error('no account');
  sender = account;
});
afterAll(() => test.drop());

const start = new Date('2016-05-11T01:45:00Z');
const hours = (count: number) => new Date(start.getTime() + count * 3_600_000);
let domains = 0;
/** Each test has a domain of its own. */
const newDomain = () => `gui${(domains += 1)}.example`;

/** Answers by the local part: `taken…`, `refused…`, or later. */
function answering(message: OutboundMessage): Promise<readonly AttemptOutcome[]> {
  return Promise.resolve(
    message.recipients.map(({ address }) =>
      address.startsWith('taken')
        ? takenOutcome
        : address.startsWith('refused')
          ? refusedOutcome
          : laterOutcome,
    ),
  );
}

const worker = (
  over: { now?: () => Date; send?: typeof answering; onLease?: (renew: () => Promise<void>) => void } = {},
): OutboundPorts => outboundWorker(test.database, { now: () => start, send: answering, ...over });

const queue = (recipients: readonly string[], over: Partial<Parameters<typeof queueMessage>[1]> = {}) =>
  queueMessage(test.database, {
    sender: sender.address,
    submittedBy: sender.accountId,
    recipients,
    at: start,
    ...over,
  });

const statesOf = async (messageId: string) =>
  (await outboundRows(test.database, messageId)).map(({ state }) => state);

async function stepsOf(messageId: string): Promise<string[]> {
  const rows = await test.database.rows<{ step: string }>(
    'select step from mail_trace where message_id = $1 order by id',
    [messageId],
  );
  return rows.map(({ step }) => step);
}

describe('sendDomain', () => {
  it('F15 brings each recipient of a mixed message to its own end, and tells the sender once', async () => {
    const domain = newDomain();
    const messageId = await queue(
      ['taken', 'refused.1', 'later', 'refused.2'].map((name) => `${name}@${domain}`),
    );
    await sendDomain(worker(), domain);
    expect(await statesOf(messageId)).toEqual(['delivered', 'failed', 'queued', 'failed']);
    expect(await reportsAbout(test.database, domain)).toEqual([
      `DSN refused.1@${domain} failed 5.1.1; refused.2@${domain} failed 5.1.1`,
    ]);
    expect(await stepsOf(messageId)).toEqual(['relayed', 'failed', 'deferred', 'reported']);
    const inbox = await accessOf(test.database, sender).access.open('INBOX');
    expect(inbox).toMatchObject({ messages: 1, unseen: 1 });
    const [settled] = await test.database.rows<{ payload: unknown; rooms: string[] }>(
      `select payload, rooms from outbox where type = 'outbound.settled' and payload ->> 'messageId' = $1`,
      [messageId],
    );
    expect(settled?.payload).toMatchObject({
      submittedBy: sender.accountId,
      settled: [
        { recipient: `taken@${domain}`, state: 'delivered' },
        { recipient: `refused.1@${domain}`, state: 'failed' },
        { recipient: `refused.2@${domain}`, state: 'failed' },
      ],
    });
  });

  it('F15 tells of a delay once, and of the end after five days', async () => {
    const domain = newDomain();
    const messageId = await queue([`later@${domain}`]);
    for (const at of [hours(0), hours(4), hours(8), hours(48)])
      await sendDomain(worker({ now: () => at }), domain);
    expect(await reportsAbout(test.database, domain)).toEqual([`DSN later@${domain} delayed 4.2.0`]);
    expect(await statesOf(messageId)).toEqual(['queued']);
    await sendDomain(worker({ now: () => hours(120) }), domain);
    expect(await statesOf(messageId)).toEqual(['failed']);
    expect(await reportsAbout(test.database, domain)).toEqual([
      `DSN later@${domain} delayed 4.2.0`,
      `DSN later@${domain} failed 5.4.7`,
    ]);
  });

  it('F5 sends again what a worker took with it when it died, and settles it once', async () => {
    const domain = newDomain();
    const messageId = await queue([`refused@${domain}`]);
    const sent: string[] = [];
    const death = new Error('killed before the commit');
    const living = worker({
      now: () => hours(1),
      send(message) {
        sent.push(...message.recipients.map(({ address }) => address));
        return answering(message);
      },
    });
    const dying: OutboundPorts = {
      ...living,
      clock: { now: () => start },
      onFault: () => undefined,
      queue: { ...living.queue, transaction: () => Promise.reject(death) },
    };
    await expect(sendDomain(dying, domain)).rejects.toBe(death);
    expect(await statesOf(messageId)).toEqual(['queued']);
    await sendDomain(living, domain);
    await sendDomain(living, domain);
    expect(sent).toEqual([`refused@${domain}`, `refused@${domain}`]);
    expect(await outboundRows(test.database, messageId)).toMatchObject([{ state: 'failed', attempts: 1 }]);
    expect(await reportsAbout(test.database, domain)).toHaveLength(1);
  });

  it('F14 keeps its lease while a slow server is spoken to, so that no other worker sends the same', async () => {
    const domain = newDomain();
    const messageId = await queue([`slow@${domain}`]);
    let at = start;
    const renewals: (() => Promise<void>)[] = [];
    const others: string[] = [];
    const other = worker({
      now: () => at,
      async send(message) {
        others.push(message.domain);
        return answering(message);
      },
    });
    const slow = worker({
      now: () => at,
      onLease: (renew) => renewals.push(renew),
      async send() {
        for (let beat = 0; beat < 20; beat += 1) {
          at = new Date(at.getTime() + outboundLeaseMs / 2);
          await renewals[0]?.();
          await sendDomain(other, domain);
        }
        return [takenOutcome];
      },
    });
    await sendDomain(slow, domain);
    expect(at.getTime() - start.getTime()).toBe(10 * outboundLeaseMs);
    expect(renewals).toHaveLength(1);
    expect(others).toEqual([]);
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'delivered', attempts: 1, claim: null },
    ]);
  });

  it('F14 does not renew what another worker has taken over, and settles nothing of it', async () => {
    const domain = newDomain();
    const messageId = await queue([`slow@${domain}`]);
    let at = start;
    const renewals: (() => Promise<void>)[] = [];
    const sleeping = worker({
      now: () => at,
      onLease: (renew) => renewals.push(renew),
      async send() {
        at = new Date(at.getTime() + outboundLeaseMs);
        // The other one is in the middle of it when this one wakes.
        await sendDomain(
          worker({
            now: () => at,
            async send() {
              const claimed = await outboundRows(test.database, messageId);
              await renewals[0]?.();
              expect(await outboundRows(test.database, messageId)).toEqual(claimed);
              return [laterOutcome];
            },
          }),
          domain,
        );
        return [takenOutcome];
      },
    });
    await sendDomain(sleeping, domain);
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'queued', attempts: 1, last_status: '4.2.0' },
    ]);
  });

  it('F14 tells once when a worker that slept settles after the one that took over', async () => {
    const domain = newDomain();
    const messageId = await queue([`refused@${domain}`]);
    let at = start;
    const sleeping = worker({
      now: () => at,
      async send(message) {
        at = hours(1);
        await sendDomain(worker({ now: () => at }), domain);
        return answering(message);
      },
    });
    await sendDomain(sleeping, domain);
    expect(await outboundRows(test.database, messageId)).toMatchObject([{ state: 'failed', attempts: 1 }]);
    expect(await reportsAbout(test.database, domain)).toHaveLength(1);
    expect(await stepsOf(messageId)).toEqual(['failed', 'reported']);
  });

  it('S17 tells nobody when the sender is not proven', async () => {
    const domain = newDomain();
    const messageId = await queue([`refused@${domain}`], {
      sender: 'gia.mao@khach.example',
      verifiedSender: false,
    });
    await sendDomain(worker(), domain);
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'failed', notified_at: null },
    ]);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });

  it('S18 tells nobody when the sender is null', async () => {
    const domain = newDomain();
    const messageId = await queue([`refused@${domain}`], { sender: '' });
    await sendDomain(worker(), domain);
    expect(await statesOf(messageId)).toEqual(['failed']);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });

  it('S18 sends the report to a sender elsewhere with the null sender, and none about that report', async () => {
    const domain = newDomain();
    const elsewhere = newDomain();
    await queue([`refused@${domain}`], { sender: `refused.writer@${elsewhere}` });
    await sendDomain(worker(), domain);
    const senders = await test.database.rows(
      'select sender, recipient from outbound_delivery where domain = $1',
      [elsewhere],
    );
    expect(senders).toEqual([{ sender: '', recipient: `refused.writer@${elsewhere}` }]);
    await sendDomain(worker(), elsewhere);
    expect(await reportsAbout(test.database, domain)).toHaveLength(1);
    expect(await reportsAbout(test.database, elsewhere)).toEqual([]);
  });

  it('files no report when the commit that settles fails', async () => {
    const domain = newDomain();
    const messageId = await queue([`refused@${domain}`]);
    const ports = worker();
    const failure = new Error('the last statement failed');
    const failing: OutboundPorts = {
      ...ports,
      onFault: () => undefined,
      queue: {
        ...ports.queue,
        transaction: (work) =>
          ports.queue.transaction(async (tx) => {
            await work(tx);
            throw failure;
          }),
      },
    };
    await expect(sendDomain(failing, domain)).rejects.toBe(failure);
    expect(await statesOf(messageId)).toEqual(['queued']);
    expect(await reportsAbout(test.database, domain)).toEqual([]);
  });

  it('F15 lets a slow domain hold nobody but its own worker', async () => {
    const slow = newDomain();
    const quick = newDomain();
    const messageId = await queue([`taken@${slow}`, `taken@${quick}`]);
    const gate = Promise.withResolvers<void>();
    const waiting = sendDomain(
      worker({
        async send(message) {
          await gate.promise;
          return answering(message);
        },
      }),
      slow,
    );
    await sendDomain(worker(), quick);
    expect(await statesOf(messageId)).toEqual(['queued', 'delivered']);
    gate.resolve();
    await waiting;
    expect(await statesOf(messageId)).toEqual(['delivered', 'delivered']);
  });
});
