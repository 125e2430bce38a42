import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ClaimedBatch, SettledDelivery } from '#app/ports/outbound.ts';
import type { AttemptOutcome } from '#domain/mail/outbound.ts';
import { recordTrace } from '#store/mail/mail-trace-write.ts';
import { connectionsPerDomainMax, createOutboundQueue, enqueueOutbound } from '#store/mail/outbound-queue.ts';
import {
  laterOutcome,
  outboundOf,
  outboundRows,
  queueMessage,
  takenOutcome,
} from '#support/outbound-fixture.ts';
import { createTestDatabase, type TestDatabase } from '#support/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const start = new Date('2016-05-11T01:45:00Z');
const minutes = (count: number) => new Date(start.getTime() + count * 60_000);
let domains = 0;
/** Each test has a domain of its own. */
const newDomain = () => `khach${(domains += 1)}.example`;
const leaseMinutes = 15;

function claim(domain: string, at: Date = start, recipientsMax = 100): Promise<ClaimedBatch | undefined> {
  const leaseUntil = new Date(at.getTime() + leaseMinutes * 60_000);
  return createOutboundQueue(test.database).claim({ domain, at, leaseUntil, recipientsMax });
}

async function claimed(...input: Parameters<typeof claim>): Promise<ClaimedBatch> {
  const batch = await claim(...input);
  if (batch === undefined) throw new Error('nothing was claimed');
  return batch;
}

function settle(batch: ClaimedBatch, outcome: AttemptOutcome, at: Date): Promise<readonly number[]> {
  const state = outcome.kind === 'deferred' ? 'queued' : outcome.kind;
  const settled = batch.deliveries.map(({ id }): SettledDelivery => ({
    id,
    state,
    outcome,
    nextAttemptAt: new Date(at.getTime() + 300_000),
    delayNotified: false,
    notified: false,
  }));
  return createOutboundQueue(test.database).transaction((tx) => tx.settle(batch.claim, settled, at));
}

const recipientsOf = (batch: ClaimedBatch | undefined) => batch?.deliveries.map(({ recipient }) => recipient);

describe('enqueueOutbound', () => {
  it('keeps each recipient once, however often and however spelled it is given', async () => {
    const domain = newDomain();
    const recipients = [`An.Nguyen@${domain.toUpperCase()}`, `an.nguyen@${domain}`, `binh@${domain}`];
    const messageId = await queueMessage(test.database, { recipients, at: start });
    await test.database.transaction((tx) =>
      enqueueOutbound(
        tx,
        outboundOf(messageId, { recipients: [...recipients, `chi@${domain}`], at: minutes(1) }),
      ),
    );
    expect((await outboundRows(test.database, messageId)).map(({ recipient }) => recipient)).toEqual([
      `An.Nguyen@${domain}`,
      `binh@${domain}`,
      `chi@${domain}`,
    ]);
  });

  it('keeps what the sender asked for', async () => {
    const domain = newDomain();
    await queueMessage(test.database, {
      recipients: [],
      at: start,
      verifiedSender: false,
      envelope: {
        recipients: [
          {
            address: `an@${domain}`,
            notify: ['success', 'delay'],
            originalRecipient: `rfc822;nhom@${domain}`,
          },
        ],
        returnPart: 'full',
        envelopeId: 'QQ314159',
        requireTls: true,
        smtpUtf8: true,
      },
    });
    const { deliveries } = await claimed(domain);
    expect(deliveries).toMatchObject([
      {
        recipient: `an@${domain}`,
        domain,
        state: 'queued',
        attempts: 0,
        queuedAt: start,
        notify: ['success', 'delay'],
        originalRecipient: `rfc822;nhom@${domain}`,
        returnPart: 'full',
        envelopeId: 'QQ314159',
        requireTls: true,
        smtpUtf8: true,
        verifiedSender: false,
      },
    ]);
  });
});

describe('claim', () => {
  it('takes recipients of one message with the same demands, oldest first, with its octets', async () => {
    const domain = newDomain();
    const other = newDomain();
    await queueMessage(test.database, { recipients: [`late@${domain}`], at: minutes(1), text: 'second' });
    const first = await queueMessage(test.database, {
      recipients: [`an@${domain}`, `binh@${domain}`, `chi@${other}`],
      at: start,
      text: 'first',
    });
    await test.database.transaction((tx) =>
      enqueueOutbound(
        tx,
        outboundOf(first, {
          recipients: [`tls@${domain}`],
          at: start,
          envelope: { requireTls: true },
        }),
      ),
    );
    const batch = await claimed(domain, minutes(2));
    expect(batch).toMatchObject({ messageId: first, bytes: Buffer.from('first') });
    expect(recipientsOf(batch)).toEqual([`an@${domain}`, `binh@${domain}`]);
    expect(recipientsOf(await claim(domain, minutes(2)))).toEqual([`tls@${domain}`]);
  });

  it('takes no more than it may, and nothing before its time', async () => {
    const domain = newDomain();
    await queueMessage(test.database, {
      recipients: [1, 2, 3].map((n) => `p${n}@${domain}`),
      at: minutes(5),
    });
    expect(await claim(domain, minutes(4))).toBeUndefined();
    expect(recipientsOf(await claim(domain, minutes(5), 2))).toEqual([`p1@${domain}`, `p2@${domain}`]);
    expect(recipientsOf(await claim(domain, minutes(5), 2))).toEqual([`p3@${domain}`]);
  });

  it('gives two workers at once different recipients, and refuses a third connection', async () => {
    const domain = newDomain();
    for (let n = 0; n < 5; n += 1)
      await queueMessage(test.database, { recipients: [`p${n}@${domain}`], at: start });
    const batches = await Promise.all(Array.from({ length: 6 }, () => claim(domain)));
    const taken = batches.flatMap((batch) => recipientsOf(batch) ?? []);
    expect(taken).toHaveLength(connectionsPerDomainMax);
    expect(new Set(taken).size).toBe(connectionsPerDomainMax);
    const [one] = batches.filter((batch) => batch !== undefined);
    if (one === undefined) throw new Error('nothing was claimed');
    await settle(one, takenOutcome, start);
    expect(recipientsOf(await claim(domain))).toHaveLength(1);
  });

  it('waits for nobody who holds a row', async () => {
    const domain = newDomain();
    const messageId = await queueMessage(test.database, {
      recipients: [`held@${domain}`, `free@${domain}`],
      at: start,
    });
    await test.database.transaction(async (tx) => {
      await tx.rows(
        `select 1 from outbound_delivery where message_id = $1 and recipient like 'held%' for update`,
        [messageId],
      );
      expect(recipientsOf(await claim(domain))).toEqual([`free@${domain}`]);
    });
  });

  it('F5 gives what a dead worker held to another once its lease is over, and not before', async () => {
    const domain = newDomain();
    await queueMessage(test.database, { recipients: [`an@${domain}`], at: start });
    const first = await claimed(domain);
    expect(await claim(domain, minutes(leaseMinutes - 1))).toBeUndefined();
    const second = await claimed(domain, minutes(leaseMinutes));
    expect(second.deliveries.map(({ id }) => id)).toEqual(first.deliveries.map(({ id }) => id));
    expect(second.claim).not.toBe(first.claim);
  });
});

describe('settle', () => {
  it('F14 refuses a worker that slept past its lease, and takes the word of the one that has it', async () => {
    const domain = newDomain();
    const messageId = await queueMessage(test.database, { recipients: [`an@${domain}`], at: start });
    const stale = await claimed(domain);
    const current = await claimed(domain, minutes(leaseMinutes));
    expect(await settle(stale, laterOutcome, minutes(16))).toEqual([]);
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'queued', attempts: 0, claim: current.claim },
    ]);
    expect(await settle(current, takenOutcome, minutes(17))).toHaveLength(1);
    expect(await settle(stale, laterOutcome, minutes(18))).toEqual([]);
    expect(await settle(current, laterOutcome, minutes(18))).toEqual([]);
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'delivered', attempts: 1, claim: null, last_status: '2.0.0' },
    ]);
  });

  it('counts the attempt and waits until the next', async () => {
    const domain = newDomain();
    const messageId = await queueMessage(test.database, { recipients: [`an@${domain}`], at: start });
    await settle(await claimed(domain), laterOutcome, minutes(1));
    expect(await outboundRows(test.database, messageId)).toMatchObject([
      { state: 'queued', attempts: 1, claim: null, last_status: '4.2.0' },
    ]);
    expect(await claim(domain, minutes(5))).toBeUndefined();
    expect(recipientsOf(await claim(domain, minutes(6)))).toEqual([`an@${domain}`]);
  });

  it('keeps what a hostile server may say', async () => {
    const domain = newDomain();
    const messageId = await queueMessage(test.database, { recipients: [`an@${domain}`], at: start });
    await settle(await claimed(domain), { ...laterOutcome, reply: '450 a\0b\ud800' }, minutes(1));
    const [row] = await test.database.rows<{ last_reply: string }>(
      'select last_reply from outbound_delivery where message_id = $1',
      [messageId],
    );
    expect(row?.last_reply).toBe('450 a\u{fffd}b\u{fffd}');
  });
});

describe('release', () => {
  it('gives a lease back as if it had never been', async () => {
    const domain = newDomain();
    const messageId = await queueMessage(test.database, { recipients: [`an@${domain}`], at: start });
    const batch = await claimed(domain);
    await createOutboundQueue(test.database).release(batch.claim);
    expect(await outboundRows(test.database, messageId)).toMatchObject([{ attempts: 0, claim: null }]);
    expect(recipientsOf(await claim(domain))).toEqual([`an@${domain}`]);
  });
});

describe('dueDomains', () => {
  it('names what is due and leased to nobody, the longest waiting first', async () => {
    const fresh = await createTestDatabase();
    try {
      const queue = createOutboundQueue(fresh.database);
      await queueMessage(fresh.database, {
        recipients: ['a@second.example', 'b@leased.example'],
        at: minutes(2),
      });
      await queueMessage(fresh.database, {
        recipients: ['a@first.example', 'c@second.example'],
        at: minutes(1),
      });
      await queueMessage(fresh.database, { recipients: ['a@future.example'], at: minutes(30) });
      await queue.claim({
        domain: 'leased.example',
        at: minutes(3),
        leaseUntil: minutes(18),
        recipientsMax: 10,
      });
      expect(await queue.dueDomains(minutes(3), 10)).toEqual(['first.example', 'second.example']);
      expect(await queue.dueDomains(minutes(3), 1)).toEqual(['first.example']);
      expect(await queue.dueDomains(minutes(18), 10)).toEqual([
        'first.example',
        'second.example',
        'leased.example',
      ]);
    } finally {
      await fresh.drop();
    }
  });
});

describe('recordTrace', () => {
  it('writes steps in their order, with addresses as they are looked for', async () => {
    await test.database.transaction((tx) =>
      recordTrace(
        tx,
        [
          {
            step: 'received',
            messageId: '991',
            traceId: 'abc',
            messageIdHeader: '<x\0@khach.example>',
            sender: 'An@Khach.example',
            recipients: ['Lan@Binhthuan.example', 'lan@binhthuan.example'],
            detail: { bytes: 12, reason: 'a\0b' },
          },
          { step: 'delivered', messageId: '991', sender: '', recipients: [], detail: { mailboxes: 1 } },
        ],
        start,
      ),
    );
    const rows = await test.database.rows(
      `select at, step, message_id, trace_id, message_id_header, sender, recipients, submitted_by, detail
       from mail_trace where message_id = 991 order by id`,
    );
    expect(rows).toEqual([
      {
        at: start,
        step: 'received',
        message_id: 991,
        trace_id: 'abc',
        message_id_header: '<x\u{fffd}@khach.example>',
        sender: 'an@khach.example',
        recipients: ['lan@binhthuan.example'],
        submitted_by: null,
        detail: { bytes: 12, reason: 'a\u{fffd}b' },
      },
      {
        at: start,
        step: 'delivered',
        message_id: 991,
        trace_id: null,
        message_id_header: null,
        sender: '',
        recipients: [],
        submitted_by: null,
        detail: { mailboxes: 1 },
      },
    ]);
  });
});
